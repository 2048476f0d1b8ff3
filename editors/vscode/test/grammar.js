// Colours sample lines and every pipeline of the project with the TextMate grammar, by the libraries that VS Code uses.
// Run with `npm test`.

const assert = require("assert");
const fs = require("fs");
const path = require("path");
const oniguruma = require("vscode-oniguruma");
const { INITIAL, Registry, parseRawGrammar } = require("vscode-textmate");

const root = path.join(__dirname, "..");
const file = path.join(root, "syntaxes", "mmc.tmLanguage.json");

/** What a line must be coloured as: a piece of it, and the scope that piece must have. */
const SAMPLES = [
  ["pipeline higgs", [["pipeline", "keyword.declaration"], ["higgs", "entity.name"]]],
  ["## said of it # and more", [["## said of it # and more", "comment.line.documentation"]]],
  ["modality low?: dense[21] = columns(\"low_*\") |> standardize", [
    ["modality", "keyword.declaration"], ["low", "entity.name"], ["dense", "support.type"], ["21", "constant.numeric"],
    ["columns", "support.function"], ["low_*", "string.quoted"], ["|>", "keyword.operator"],
    ["standardize", "support.function"],
  ]],
  ["data {", [["data", "keyword.declaration"]]],
  ["  batch_size = 500_000  # rows", [
    ["batch_size", "variable.parameter"], ["500_000", "constant.numeric"], ["# rows", "comment.line.number-sign"],
  ]],
  ["  optimizer = sgd(lr: 2e-5, nesterov: true)", [
    ["sgd", "support.function"], ["lr", "variable.parameter"], ["2e-5", "constant.numeric"], ["true", "constant.language"],
  ]],
  ["  weights = [1..=21, 5%]", [["1", "constant.numeric"], ["..=", "keyword.operator"], ["5%", "constant.numeric"]]],
  ["  note = \"a # is no comment \\n\"", [["a # is no comment ", "string.quoted"], ["\\n", "constant.character.escape"]]],
  ["fn two(x) = if x > 1 then own(x) else trunk.unit1", [
    ["fn", "keyword.declaration"], ["two", "entity.name"], ["if", "keyword.control"], ["own", "entity.name.function"],
    ["unit1", "variable.other.property"],
  ]],
];

async function grammar() {
  const wasm = fs.readFileSync(require.resolve("vscode-oniguruma/release/onig.wasm"));
  await oniguruma.loadWASM(wasm.buffer.slice(wasm.byteOffset, wasm.byteOffset + wasm.byteLength));
  const onigLib = Promise.resolve({
    createOnigScanner: (patterns) => new oniguruma.OnigScanner(patterns),
    createOnigString: (text) => new oniguruma.OnigString(text),
  });
  const registry = new Registry({
    onigLib,
    loadGrammar: async () => parseRawGrammar(fs.readFileSync(file, "utf8"), file),
  });
  return registry.loadGrammar("source.mmc");
}

function files(folder) {
  return fs.readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const inner = path.join(folder, entry.name);
    if (entry.isDirectory()) return files(inner);
    return inner.endsWith(".mmc") ? [inner] : [];
  });
}

async function main() {
  const mmc = await grammar();
  for (const [line, wanted] of SAMPLES) {
    const { tokens } = mmc.tokenizeLine(line, INITIAL);
    for (const [piece, scope] of wanted) {
      const at = line.indexOf(piece);
      const token = tokens.find((token) => token.startIndex <= at && at < token.endIndex);
      assert(
        token.scopes.some((name) => name.startsWith(scope)),
        `\`${piece}\` of \`${line}\` is ${token.scopes.join(" ")}, not ${scope}`,
      );
    }
  }
  let lines = 0;
  for (const pipeline of files(path.join(root, "..", "..", "pipelines"))) {
    let state = INITIAL;
    for (const line of fs.readFileSync(pipeline, "utf8").split("\n")) {
      const result = mmc.tokenizeLine(line, state);
      state = result.ruleStack;
      lines += 1;
      assert.strictEqual(state.depth, 1, `${pipeline}: a rule stays open after \`${line}\``);
    }
  }
  console.log(`${SAMPLES.length} samples and ${lines} lines of pipelines are coloured as they should be`);
}

main().catch((error) => {
  console.error(error.message);
  process.exit(1);
});
