// The client: starts `mmc lsp` and lets the editor talk to it. Everything of the language is known by the server.

const { commands, window, workspace } = require("vscode");
const { LanguageClient, TransportKind } = require("vscode-languageclient/node");

let client;

async function start() {
  const command = workspace.getConfiguration("mmc").get("path") || "mmc";
  const run = { command, args: ["lsp"], transport: TransportKind.stdio };
  const options = {
    documentSelector: [{ language: "mmc", scheme: "file" }, { language: "mmc", scheme: "untitled" }],
    // A file that is used may be changed by someone else.
    synchronize: { fileEvents: workspace.createFileSystemWatcher("**/*.mmc") },
  };
  client = new LanguageClient("mmc", "mmc", { run, debug: run }, options);
  try {
    await client.start();
  } catch (error) {
    window.showErrorMessage(`\`${command} lsp\` could not be started: ${error.message}. Set \`mmc.path\`.`);
  }
}

async function stop() {
  const running = client;
  client = undefined;
  if (running && running.isRunning()) {
    await running.stop();
  }
}

async function activate(context) {
  context.subscriptions.push(
    commands.registerCommand("mmc.restart", async () => {
      await stop();
      await start();
    }),
    workspace.onDidChangeConfiguration(async (event) => {
      if (event.affectsConfiguration("mmc.path")) {
        await stop();
        await start();
      }
    }),
  );
  await start();
}

module.exports = { activate, deactivate: stop };
