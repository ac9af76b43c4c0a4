"""The losses against values worked out by hand."""

import math

import pytest

torch = pytest.importorskip("torch", reason="training needs torch")

from bioscan_training.losses import (  # noqa: E402
    UNKNOWN,
    CosineClassifier,
    Temperature,
    distance_distillation,
    modal_contrast,
    multi_positive,
    relatives_contrast,
    symmetric_alignment,
)


def classifier(scale: float, margin: float) -> CosineClassifier:
    head = CosineClassifier(2, 2, scale, margin)
    with torch.no_grad():
        head.weight.copy_(torch.tensor([[3.0, 0.0], [0.0, 0.5]]))  # lengths must not matter
    return head


def test_cosine_classifier_is_softmax_over_scaled_cosines() -> None:
    x = torch.tensor([[0.6, 0.8]])
    loss = classifier(2.0, 0.0)(x, torch.tensor([0]))
    assert loss.item() == pytest.approx(math.log(1 + math.exp(2.0 * (0.8 - 0.6))), abs=1e-6)


def test_margin_lowers_the_true_cosine_only() -> None:
    x = torch.tensor([[0.6, 0.8]])
    loss = classifier(2.0, 0.3)(x, torch.tensor([0]))
    assert loss.item() == pytest.approx(math.log(1 + math.exp(2.0 * (0.8 - 0.6 + 0.3))), abs=1e-6)


def test_rows_without_label_take_no_part() -> None:
    head, x = classifier(2.0, 0.1), torch.tensor([[0.6, 0.8], [1.0, 0.0]])
    both = head(x, torch.tensor([0, UNKNOWN]))
    assert both.item() == pytest.approx(head(x[:1], torch.tensor([0])).item())
    nothing = head(x.requires_grad_(), torch.tensor([UNKNOWN, UNKNOWN]))
    assert nothing.item() == 0.0
    nothing.backward()  # a batch without labels must not break the step


def test_multi_positive_needs_only_one_near_positive() -> None:
    logits = torch.tensor([[math.log(2.0), math.log(3.0), math.log(5.0)]])
    positive = torch.tensor([[True, True, False]])
    assert float(multi_positive(logits, positive)) == pytest.approx(-math.log(5 / 10))
    allowed = torch.tensor([[True, False, True]])
    assert float(multi_positive(logits, positive & allowed, allowed)) == pytest.approx(-math.log(2 / 7))


def test_multi_positive_leaves_rows_without_positive_out() -> None:
    logits = torch.tensor([[0.0, 1.0], [5.0, -5.0]])
    positive = torch.tensor([[True, False], [False, False]])
    assert float(multi_positive(logits, positive)) == pytest.approx(math.log(1 + math.e))
    assert float(multi_positive(logits, torch.zeros(2, 2, dtype=torch.bool))) == 0.0


def test_alignment_equals_clip_when_every_label_is_unique() -> None:
    torch.manual_seed(0)
    a = torch.nn.functional.normalize(torch.randn(5, 8), dim=1)
    b = torch.nn.functional.normalize(torch.randn(5, 8), dim=1)
    labels, scale = torch.arange(5), torch.tensor(7.0)
    logits = 7.0 * a @ b.T
    cross = torch.nn.functional.cross_entropy
    expected = 0.5 * (cross(logits, labels) + cross(logits.T, labels))
    assert float(symmetric_alignment(a, b, labels, labels, scale)) == pytest.approx(float(expected), abs=1e-6)


def test_unknown_labels_are_no_pair() -> None:
    rows = torch.eye(2)
    unknown = torch.tensor([UNKNOWN, UNKNOWN])
    assert float(symmetric_alignment(rows, rows, unknown, unknown, torch.tensor(1.0))) == 0.0


def test_relatives_ignore_the_own_species() -> None:
    # Rows: two of species 0 and one of species 1 in genus 0, one of species 2 in genus 1.
    x = torch.tensor([[1.0, 0.0], [1.0, 0.0], [0.6, 0.8], [0.0, 1.0]])
    loss = relatives_contrast(x, torch.tensor([0, 0, 0, 1]), torch.tensor([0, 0, 1, 2]), 1.0)
    row0 = math.log(1 + math.exp(0.0 - 0.6))  # positive cosine 0.6, negative 0
    row2 = math.log((2 * math.exp(0.6) + math.exp(0.8)) / (2 * math.exp(0.6)))
    assert loss.item() == pytest.approx((2 * row0 + row2) / 3, abs=1e-6)


def test_distillation_is_least_at_the_teacher_and_skips_missing_pairs() -> None:
    nan = math.nan
    identity = torch.tensor([[1.0, 0.9, 0.8], [0.9, 1.0, nan], [0.8, nan, 1.0]])
    x = torch.eye(3)
    loss = distance_distillation(x, identity, 10.0, 10.0)
    # Row 0 sees two equal cosines: cross-entropy log 2. Rows 1 and 2 have one candidate: 0.
    assert loss.item() == pytest.approx(math.log(2) / 3, abs=1e-5)


def test_temperature_stays_between_one_and_a_hundred() -> None:
    assert Temperature(20.0)().item() == pytest.approx(20.0)
    assert Temperature(1e6)().item() == pytest.approx(100.0)
    assert Temperature(1e-3)().item() == pytest.approx(1.0)


@pytest.mark.parametrize(("start", "sign"), [(150.0, 1.0), (0.5, -1.0)])
def test_a_temperature_at_its_bound_can_come_back(start: float, sign: float) -> None:
    temperature = Temperature(start)
    optimizer = torch.optim.SGD(temperature.parameters(), lr=1e-3)
    for _ in range(3):
        optimizer.zero_grad()
        (sign * temperature()).backward()
        optimizer.step()
    assert 1.0 < temperature().item() < 100.0


def unit(degrees: list[float]) -> "torch.Tensor":
    angles = torch.tensor(degrees, dtype=torch.float64).deg2rad()
    return torch.stack([angles.cos(), angles.sin()], dim=1)


ROWS = {"image": unit([0.0, 90.0]), "dna": unit([30.0, 60.0]), "text": unit([10.0, 50.0])}
ALL = {name: torch.ones(2, dtype=torch.bool) for name in ROWS}
TWO = torch.tensor(2.0, dtype=torch.float64)


def info_nce(a: list[float], b: list[float], scale: float) -> float:
    """Two records by hand: the mean of log(1 + exp(s (cos of the wrong - cos of the right)))."""
    cos = [[math.cos(math.radians(x - y)) for y in b] for x in a]
    wrong = [scale * (cos[i][1 - i] - cos[i][i]) for i in range(2)]
    return sum(math.log(1 + math.exp(w)) for w in wrong) / 2


def test_contrast_of_two_is_worked_out_by_hand() -> None:
    two = {name: ROWS[name] for name in ("image", "dna")}
    loss, terms = modal_contrast(two, ALL, None, TWO)
    there, back = info_nce([0, 90], [30, 60], 2.0), info_nce([30, 60], [0, 90], 2.0)
    assert terms["image-dna"].item() == pytest.approx(there)
    assert terms["dna-image"].item() == pytest.approx(back)
    assert loss.item() == pytest.approx((there + back) / 2)
    # cos 30 and cos 60 are 0.866 and 0.5, so each of the four rows gives log(1 + exp(2 (0.5 - 0.866))).
    assert loss.item() == pytest.approx(0.392665, abs=1e-6)


def test_contrast_of_three_is_the_mean_of_six_directed_terms() -> None:
    degrees = {"image": [0.0, 90.0], "dna": [30.0, 60.0], "text": [10.0, 50.0]}
    pairs = [(a, b) for a in degrees for b in degrees if a != b]
    expected = sum(info_nce(degrees[a], degrees[b], 2.0) for a, b in pairs) / 6
    loss, terms = modal_contrast(ROWS, ALL, None, TWO)
    assert set(terms) == {f"{a}-{b}" for a, b in pairs}
    assert loss.item() == pytest.approx(expected)


def test_a_record_without_a_modality_is_left_out_of_its_pairs_alone() -> None:
    rows = {name: torch.cat([x, unit([123.0])]) for name, x in ROWS.items()}
    present = {name: torch.tensor([True, True, name != "dna"]) for name in rows}
    _, terms = modal_contrast(rows, present, None, TWO)
    _, two = modal_contrast(ROWS, ALL, None, TWO)
    _, three = modal_contrast(rows, {name: torch.ones(3, dtype=torch.bool) for name in rows}, None, TWO)
    assert terms["image-dna"] == two["image-dna"] and terms["dna-text"] == two["dna-text"]
    assert terms["image-text"] == three["image-text"] != two["image-text"]
    nobody = {name: torch.zeros(2, dtype=torch.bool) for name in ROWS}
    loss, terms = modal_contrast(ROWS, nobody, None, TWO)
    assert loss.item() == 0.0 and not terms


def test_kin_share_the_target_and_strangers_do_not() -> None:
    image, dna = unit([0.0, 20.0, 90.0]), unit([5.0, 15.0, 80.0])
    present = dict.fromkeys(("image", "dna"), torch.ones(3, dtype=torch.bool))
    rows = {"image": image, "dna": dna}
    log_p = (2.0 * image @ dna.T).log_softmax(dim=1)
    _, terms = modal_contrast(rows, present, torch.tensor([4, 4, UNKNOWN]), TWO)
    expected = -(log_p[0, :2].mean() + log_p[1, :2].mean() + log_p[2, 2]) / 3
    assert terms["image-dna"].item() == pytest.approx(expected.item())
    _, alone = modal_contrast(rows, present, torch.tensor([UNKNOWN] * 3), TWO)
    assert alone["image-dna"].item() == pytest.approx(
        modal_contrast(rows, present, None, TWO)[1]["image-dna"].item()
    )


def test_the_temperature_may_go_beyond_its_bounds_if_told() -> None:
    assert Temperature(1 / 0.07).log_scale.item() == pytest.approx(2.6592600)
    assert Temperature(200.0, clamped=False)().item() == pytest.approx(200.0)
