class Model(nn.Module):
    """The layers, the combination and the calibration; the preparation of rows. `state_dict` has the names of the file."""

    def __init__(self, folder=Path(__file__).parent):
        super().__init__()
        folder = Path(folder)
        self.preprocessing = json.loads((folder / "preprocessing.json").read_text(encoding="utf-8"))
        with safe_open(folder / "model.safetensors", "pt") as file:
            for name in file.keys():
                *path, last = name.split(".")
                module = self
                for part in path:
                    if part not in module._modules:
                        module.add_module(part, nn.Module())
                    module = module._modules[part]
                tensor = file.get_tensor(name)
                if last.startswith("running_"):
                    module.register_buffer(last, tensor)
                else:
                    module.register_parameter(last, nn.Parameter(tensor))
        self.eval()

    def w(self, name):
        """A weight or a running statistic."""
        *path, last = name.split(".")
        return getattr(self.get_submodule(".".join(path)), last)

    def decide(self, inputs, present=None):
        """Class losses, probabilities and weights of prepared modalities, in 64 bits; `present` says which rows have those that
        may be missing."""
        rows = len(next(iter(inputs.values())))
        everywhere = torch.ones(rows, dtype=torch.bool)
        present = {name: (present or {}).get(name, everywhere) for name in INPUTS}
        outputs = [logits.double() for logits in self.forward(inputs, present)]
        logits = torch.stack([output[:, :len(CLASSES)] for output in outputs], dim=1)
        scores = torch.stack([output[:, len(CLASSES):].sum(dim=1) for output in outputs], dim=1)[:, :, None]
        here = torch.stack([functools.reduce(torch.logical_and, [present[name] for name in needs], everywhere)
                            for needs in COMPONENT_INPUTS], dim=1)[:, :, None]
        if TEMPERATURES:
            logits = logits / torch.tensor(TEMPERATURES, dtype=torch.float64)[:, None]
        losses, q = class_losses(logits, scores, here)
        weights = torch.tensor(WEIGHTS, dtype=torch.float64)[:, None]
        scale = {"one": torch.ones(rows, 1), "count": here.sum(dim=1), "weights": (here * weights).sum(dim=1)}[SCALE]
        scale = torch.where(scale > 0, scale, torch.ones_like(scale)).double()
        probabilities = functional.softmax(-losses / (scale * TEMPERATURE), dim=1)
        return {"class_losses": losses, "probabilities": probabilities, "weights": torch.where(here, q, 0.0)}

    def predict(self, columns, folder=Path()):
        """The labels of rows, and their probabilities: `columns` has a list of cells for each name of a column. Paths of images
        start at `folder`."""
        inputs, present = self.prepare(columns, folder)
        with torch.no_grad():
            decided = self.decide(inputs, present)
        labels = [CLASSES[place] for place in decided["class_losses"].argmin(dim=1).tolist()]
        return labels, decided["probabilities"]

    def prepare(self, columns, folder=Path()):
        """Cells of columns to the numbers of modalities, by preprocessing.json."""
        inputs, present = {}, {}
        kind = next((parameter.dtype for parameter in self.parameters()), torch.float32)
        for modality in self.preprocessing["modalities"]:
            name = modality["name"]
            if name in INPUTS:
                value, here = prepared(modality, columns, Path(folder))
                inputs[name] = value.to(kind) if value.is_floating_point() else value
                present[name] = here
        return inputs, present


# From cells to numbers.

def is_empty(cell):
    return cell is None or (isinstance(cell, float) and math.isnan(cell)) or (isinstance(cell, str) and not cell.strip())


def marked(cell, column):
    """The cell, or nothing where it is one of the marks of an empty cell."""
    missing = column.get("missing", {})
    if not is_empty(cell) and str(cell).strip() in missing.get("words", []):
        return None
    if missing.get("numbers") and not is_empty(cell):
        try:
            if float(cell) in missing["numbers"]:
                return None
        except (TypeError, ValueError):
            pass
    return cell


def word(cell):
    """The one form of a word that may be written in several: `1.0` is `1`, `True` is `true`."""
    if is_empty(cell):
        return ""
    text = str(cell).strip()
    if text.lower() in ("true", "false"):
        return text.lower()
    if any(letter in text for letter in ".eE") and all(letter in "0123456789+-.eE" for letter in text):
        try:
            if float(text).is_integer() and abs(float(text)) < 2**53:
                return str(int(float(text)))
        except (OverflowError, ValueError):
            pass
    return text


def number(cell):
    try:
        return math.nan if is_empty(cell) else float(cell)
    except ValueError:
        return math.nan


def flat(cell, width):
    """The numbers of a cell, which may hold several in lists; as many of not-a-number where it is empty."""
    if is_empty(cell):
        return [math.nan] * width
    if hasattr(cell, "tolist"):
        cell = cell.tolist()
    return [one for part in cell for one in flat(part, 1)] if isinstance(cell, (list, tuple)) else [number(cell)]


def fitted(transforms, name):
    """What was fitted for a transform of this name, `True` for one without numbers, `None` without the transform."""
    for transform in transforms:
        if transform == name:
            return True
        if isinstance(transform, dict) and name in transform:
            return transform[name]
    return None


def transformed(x, transforms):
    """Numbers whose last axis is that of the columns."""
    tensor = lambda numbers: torch.tensor(numbers, dtype=torch.float64)
    for transform in transforms:
        name, values = (transform, None) if isinstance(transform, str) else next(iter(transform.items()))
        if name == "standardize":
            x = (x - tensor(values["mean"])) / tensor(values["std"])
        elif name == "min_max":
            x = (x - tensor(values["min"])) / (tensor(values["max"]) - tensor(values["min"]))
        elif name == "log1p":
            x = torch.sign(x) * torch.log1p(torch.abs(x))
        elif name == "clip":
            x = torch.where(x < values["lo"], values["lo"], torch.where(x > values["hi"], values["hi"], x))
        elif name == "missing":
            x = torch.where(functools.reduce(torch.logical_or, [x == value for value in values["values"]]), math.nan, x)
        elif name == "impute":
            x = torch.where(x.isnan(), tensor(values["values"]), x)
    return x


def prepared(modality, columns, folder):
    """A modality of the rows, and which of them have it."""
    kind, transforms, shape = modality["kind"], modality["transforms"], modality["shape"]
    if fitted(transforms, "words") is not None or fitted(transforms, "date") is not None:
        raise NotImplementedError(f"`{modality['name']}`: words and dates are prepared elsewhere; call `decide` with its numbers")
    cells = []
    for column in modality["columns"]:
        name = column["name"] if column["name"] is not None else str(column["position"])
        cells.append([marked(cell, column) for cell in columns[name]])
    if isinstance(kind, dict) and "text" in kind:
        return text(cells[0], transforms, shape[0])
    if isinstance(kind, dict) and "category" in kind or fitted(transforms, "one_hot"):
        return category(cells[0], transforms, shape[0])
    if kind == "image":
        return image(cells[0], transforms, shape, folder)
    if kind == "padded_sequence":
        return lists(cells[0], transforms, shape)
    width = math.prod(shape) // len(cells)
    rows = [[one for cell in row for one in flat(cell, width)] for row in zip(*cells)]
    x = torch.tensor(rows, dtype=torch.float64).reshape(-1, *shape)
    x = transformed(x, transforms)
    here = ~x.flatten(1).isnan().any(dim=1)
    return torch.where(here.reshape(-1, *[1] * len(shape)), x, 0.0), here


def text(cells, transforms, length):
    lowercase, letters = fitted(transforms, "lowercase"), fitted(transforms, "chars")["vocabulary"]
    places = {letter: place + 2 for place, letter in enumerate(letters)}
    stand_in = fitted(transforms, "impute_word")
    ids = torch.zeros(len(cells), length, dtype=torch.long)
    for row, cell in enumerate(cells):
        tokens = "" if is_empty(cell) else str(cell).strip()
        tokens = tokens or (stand_in["word"] if stand_in else "")
        for step, letter in enumerate((tokens.lower() if lowercase else tokens)[:length]):
            ids[row, step] = places.get(letter, 1)
    return ids, (ids[:, 0] > 0) | bool(fitted(transforms, "keep_missing"))


def category(cells, transforms, size):
    one_hot = fitted(transforms, "one_hot")
    values = (one_hot or fitted(transforms, "category"))["values"]
    places = {value: place + 1 for place, value in enumerate(values)}
    stand_in, rare = fitted(transforms, "impute_word"), (fitted(transforms, "group_rare") or {"rare": []})["rare"]
    keep = fitted(transforms, "keep_missing")
    ids, here = torch.zeros(len(cells), 1, dtype=torch.long), torch.ones(len(cells), dtype=torch.bool)
    for row, cell in enumerate(cells):
        found = word(cell) or (stand_in["word"] if stand_in else "")
        here[row] = bool(found) or bool(keep)
        ids[row] = places.get(found, len(values) + 1 if rare and found else 0)
    if one_hot:
        return (ids == torch.arange(1, size + 1)).to(torch.float64), here
    return ids, here


def image(cells, transforms, shape, folder):
    """Pixels from 0 to 255: arrays of the shape of the modality, or paths of files of its size."""
    def pixels(cell):
        if isinstance(cell, (str, Path)):
            from PIL import Image
            with Image.open(folder / cell) as opened:
                found = opened.convert({1: "L", 3: "RGB", 4: "RGBA"}[shape[0]])
                values = torch.tensor(list(found.tobytes()), dtype=torch.float64)
                return values.reshape(found.height, found.width, shape[0]).permute(2, 0, 1)
        return torch.as_tensor(cell, dtype=torch.float64).reshape(shape)

    x = torch.stack([torch.zeros(shape, dtype=torch.float64) if is_empty(cell) else pixels(cell) for cell in cells])
    here = torch.tensor([not is_empty(cell) for cell in cells])
    for transform in transforms:
        name, values = (transform, None) if isinstance(transform, str) else next(iter(transform.items()))
        if name == "subtract_mean":
            x = x - torch.tensor(values["mean"], dtype=torch.float64).reshape(shape)
        elif name == "normalize_pixels":
            x = x / 255
        elif name == "standardize":
            mean, std = (torch.tensor(values[part], dtype=torch.float64)[:, None, None] for part in ("mean", "std"))
            x = (x - mean) / std
    return torch.where(here[:, None, None, None], x, 0.0), here


def lists(cells, transforms, shape):
    """Lists of steps: steps of not-a-number follow the last one."""
    x, here = torch.full((len(cells), *shape), math.nan, dtype=torch.float64), torch.ones(len(cells), dtype=torch.bool)
    for row, cell in enumerate(cells):
        steps = [] if cell is None or isinstance(cell, float) else list(cell)[: shape[0]]
        if steps:
            values = torch.tensor([[number(one) for one in (step if isinstance(step, (list, tuple)) else [step])] for step in steps],
                                  dtype=torch.float64)
            x[row, : len(steps)] = transformed(values, transforms)
        here[row] = bool(steps) and not x[row, : len(steps)].isnan().any()
    return torch.where(here[:, None, None], x, 0.0), here


# Layers that PyTorch does not have in this form. A sequence is rows x steps x features; a row has as many steps as its length
# says, and zeros after them.

def token_count(ids):
    return ((ids > 0) * torch.arange(1, ids.shape[1] + 1)).amax(dim=1)


def step_count(x):
    ended = x[:, :, 0].isnan()
    return torch.where(ended, torch.arange(x.shape[1]), x.shape[1]).amin(dim=1)


def window_count(lengths, size, stride, zeros):
    room = lengths + 2 * zeros - size
    return torch.where((room >= 0) & (lengths > 0), torch.div(room, stride, rounding_mode="floor") + 1, 0)


def masked(x, lengths, other=0.0):
    if lengths is None:
        return x
    return torch.where((torch.arange(x.shape[1]) < lengths[:, None])[:, :, None], x, other)


def zero_if_empty(x, lengths):
    return x if lengths is None else torch.where((lengths > 0)[:, None], x, 0.0)


def conv1d(x, lengths, weight, bias, stride, zeros):
    y = functional.conv1d(masked(x, lengths).transpose(1, 2), weight, bias, stride=stride, padding=zeros).transpose(1, 2)
    return masked(y, None if lengths is None else window_count(lengths, weight.shape[2], stride, zeros))


def max_pool(x, lengths, size=None, stride=None):
    x = masked(x, lengths, -1e30)
    if size is None:
        return zero_if_empty(x.amax(dim=1), lengths)
    y = functional.max_pool1d(x.transpose(1, 2), size, stride).transpose(1, 2)
    return masked(y, None if lengths is None else window_count(lengths, size, stride, 0))


def mean_pool(x, lengths):
    return x.mean(dim=1) if lengths is None else masked(x, lengths).sum(dim=1) / lengths.clamp(min=1)[:, None]


def attention_pool(x, lengths, weight, bias, context):
    scores = torch.tanh(x @ weight.T + bias) @ context[:, None]
    shares = masked(functional.softmax(masked(scores, lengths, -1e30), dim=1), lengths)
    return (shares * x).sum(dim=1)


def lstm_step(gates, state, cell, _):
    i, f, g, o = gates.chunk(4, dim=1)
    cell = torch.sigmoid(f) * cell + torch.sigmoid(i) * torch.tanh(g)
    return torch.sigmoid(o) * torch.tanh(cell), cell


def gru_step(gates, state, cell, recurrent):
    r, z, n = gates.chunk(3, dim=1)
    rr, rz, rn = recurrent.chunk(3, dim=1)
    z = torch.sigmoid(z + rz)
    return (1 - z) * torch.tanh(n + torch.sigmoid(r + rr) * rn) + z * state, cell


def recurrent(kind, x, lengths, weights, layers, bidirectional, every):
    """The states of all steps or the last ones; four weights for each layer and direction."""
    x = masked(x, lengths)
    steps = x.shape[1]
    ends = torch.full((len(x),), steps) if lengths is None else lengths
    for layer in range(layers):
        states, last = [], []
        for direction in range(2 if bidirectional else 1):
            w_ih, w_hh, b_ih, b_hh = weights[4 * (layer * (2 if bidirectional else 1) + direction):][:4]
            state = cell = x.new_zeros(len(x), w_hh.shape[1])
            made = [None] * steps
            for step in reversed(range(steps)) if direction else range(steps):
                given, fed_back = functional.linear(x[:, step], w_ih, b_ih), functional.linear(state, w_hh, b_hh)
                new = (lstm_step(given + fed_back, state, cell, None) if kind == "lstm"
                       else gru_step(given, state, cell, fed_back))
                real = (step < ends)[:, None]
                state, cell = torch.where(real, new[0], state), torch.where(real, new[1], cell)
                made[step] = torch.where(real, state, 0.0)
            states.append(torch.stack(made, dim=1))
            last.append(state)
        x = torch.cat(states, dim=2)
    return x if every else torch.cat(last, dim=1)


def attend(scores, values):
    shares = functional.softmax(scores, dim=1)
    total = sum(shares[:, place].reshape(-1, *[1] * (value.dim() - 1)) * value for place, value in enumerate(values))
    return total / len(values)


def unit(x, scale):
    length = x.double().norm(dim=1, keepdim=True)
    return torch.where(length < 1e-12, 0.0, x * scale / length.clamp(min=1e-12)).to(x.dtype)


# The combination: rows x components x classes, in 64 bits. A component that a row lacks is left out.

def log_probabilities(logits, present):
    """`-log p` and `log (1 - p)`, exact where p is near 0 or 1; 0 where the component is absent."""
    classes = logits.shape[2]
    rest = torch.stack([torch.logsumexp(logits[:, :, [other for other in range(classes) if other != at]], dim=2)
                        for at in range(classes)], dim=2)
    gap = logits - rest
    return (torch.where(present, functional.softplus(-gap, threshold=1e9), 0.0),
            torch.where(present, -functional.softplus(gap, threshold=1e9), 0.0))


def softmax_present(x, present):
    return torch.nan_to_num(functional.softmax(torch.where(present, x, -math.inf), dim=1))


def sum_present(x, present):
    return torch.where(present, x, 0.0).sum(dim=1, keepdim=True)


