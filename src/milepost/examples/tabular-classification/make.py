"""Wisconsin breast cancer (Wolberg, Street and Mangasarian 1995; CC BY 4.0), as scikit-learn carries it."""

from __future__ import annotations

from pathlib import Path


def make(folder: Path) -> list[str]:
    """Write biopsies.csv: 569 biopsies, 30 measurements of their cell nuclei, and the diagnosis."""
    import polars as pl
    from sklearn.datasets import load_breast_cancer

    found = load_breast_cancer()
    table = pl.DataFrame(found.data, schema=[str(n) for n in found.feature_names])
    names = pl.Series("diagnosis", ["malignant" if t == 0 else "benign" for t in found.target])
    table.with_columns(names).write_csv(folder / "biopsies.csv")
    return ["biopsies.csv"]
