"""What a run depends on: the bytes of the data, and the folders of texts, which are labels."""

from __future__ import annotations

from pathlib import Path

from milepost.roadmap.opened import opened

YAML = """
name: reviews
need: Tell good reviews from bad ones.
task: {kind: text-classification, text: text, target: label}
data: {source: reviews}
milestones: {prototype: [accuracy > naive]}
"""


def test_a_text_that_moves_to_another_label_is_other_data(tmp_path: Path) -> None:
    (tmp_path / "product.yaml").write_text(YAML)
    for name in ("neg/1", "neg/2", "pos/3", "pos/4"):
        (tmp_path / "reviews" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "reviews" / f"{name}.txt").write_text(f"text {name[-1]}")
    before = opened(tmp_path / "product.yaml")
    assert before.key() == opened(tmp_path / "product.yaml").key() and len(before.data_hashes["all"]) == 1
    (tmp_path / "reviews/neg/2.txt").rename(tmp_path / "reviews/pos/2.txt")
    assert before.key() != opened(tmp_path / "product.yaml").key()
