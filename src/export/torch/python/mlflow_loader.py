"""Loads a model of mmc for MLflow's `python_function`: rows of a table in, predictions and probabilities out."""

import importlib.util
from pathlib import Path

import pandas


class MmcModel:
    def __init__(self, folder):
        spec = importlib.util.spec_from_file_location("mmc_model", Path(folder) / "model.py")
        self.module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(self.module)
        self.model = self.module.Model(folder)

    def predict(self, rows, params=None):
        """`rows` is a table; a column that may be missing may be left out."""
        table = rows if isinstance(rows, pandas.DataFrame) else pandas.DataFrame(rows)
        names = {column["name"] if column["name"] is not None else str(column["position"])
                 for modality in self.model.preprocessing["modalities"] for column in modality["columns"]}
        columns = {name: list(table[name]) if name in table else [None] * len(table) for name in names}
        labels, probabilities = self.model.predict(columns)
        result = pandas.DataFrame(probabilities.numpy(), columns=[f"p_{name}" for name in self.module.CLASSES], index=table.index)
        result.insert(0, "prediction", labels)
        return result


def _load_pyfunc(path):
    return MmcModel(path)
