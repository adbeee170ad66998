"""Diabetes progression (Efron, Hastie, Johnstone and Tibshirani 2004), as scikit-learn carries it."""

from __future__ import annotations

from pathlib import Path


def make(folder: Path) -> list[str]:
    """Write patients.csv: 442 patients, 10 measurements, and how far the disease went in a year."""
    import polars as pl
    from sklearn.datasets import load_diabetes

    found = load_diabetes(scaled=False)
    readable = {"bp": "blood pressure", "s1": "cholesterol", "s2": "ldl", "s3": "hdl", "s4": "cholesterol / hdl"}
    readable |= {"s5": "log triglycerides", "s6": "blood sugar"}
    table = pl.DataFrame(found.data, schema=[readable.get(n, n) for n in found.feature_names])
    sex = pl.when(pl.col("sex") == 1).then(pl.lit("group 1")).otherwise(pl.lit("group 2"))  # the source does not say
    table.with_columns(sex.alias("sex"), progression=pl.Series(found.target)).write_csv(folder / "patients.csv")
    return ["patients.csv"]
