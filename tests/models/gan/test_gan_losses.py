"""Each loss of Tables 3.12 to 3.14, 3.17, 3.18 and section 3.2.5 against the printed formulas.

The tensors are made by `fixed` below: entry k of a tensor is a sine of k and of the tensor's name,
so they are the same everywhere. The formulas are written out here in float64 numpy, one node and
one image at a time where that is plainest, and share no code with the library, which is called in
float32 as in a training.
"""

import numpy as np
import pytest
import torch

from auva.models.gan.losses import DiscriminatorLoss, Labels, generator_loss, huber
from auva.models.gan.nodes import outputs
from auva.models.gan.settings import VA_LOSSES
from auva.models.masked_losses import AFFECT_LOSSES, concordance
from auva.models.run import expand

COUNT = 6
CLOSE = 1e-6


def fixed(name, *shape, scale=2.0):
    """Values between -scale and scale that depend on the name alone, exact in float32."""
    start = sum(ord(letter) for letter in name)
    values = scale * np.sin(1.7 * np.arange(np.prod(shape)) + start)
    return values.astype(np.float32).astype(np.float64).reshape(shape)


def labels_of():
    au = (fixed("au", COUNT, 8) > 0.4).astype(np.float64)
    va = fixed("va", COUNT, 2, scale=0.9)
    category = np.arange(COUNT) % 10
    return au, va, category


def tensor(values):
    return torch.from_numpy(np.asarray(values, np.float32))


def run_of(kind, va_loss=None, training=None, **axes):
    entry = {"kind": kind, "grid": [{name: [value] for name, value in axes.items()}]}
    entry |= {"va_loss": va_loss} if va_loss else {}
    (run,) = expand({kind: {**entry, "training": training or {}}}, {}).values()
    return run


def terms_of(run, real, fake):
    au, va, category = labels_of()
    known = Labels(
        au=tensor(au),
        au_mask=torch.ones(COUNT, 8, dtype=torch.bool),
        va=tensor(va),
        va_mask=torch.ones(COUNT, 2, dtype=torch.bool),
        category=torch.from_numpy(category),
    )
    terms = DiscriminatorLoss(run, outputs(run))(tensor(real), tensor(fake), known)
    return {name: float(value) for name, value in terms.items()}


# The thesis' formulas.


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


def cross_entropy(logit, label):
    """Sigmoid cross entropy: -z log s(x) - (1 - z) log(1 - s(x))."""
    return -label * np.log(sigmoid(logit)) - (1 - label) * np.log(1 - sigmoid(logit))


def softmax_cross_entropy(logits, label):
    exponentials = np.exp(logits)
    return -sum(label[j] * np.log(exponentials[j] / exponentials.sum()) for j in range(len(logits)))


def ccc(x, y):
    """2 s_xy / (s_x^2 + s_y^2 + (mean x - mean y)^2) with population moments (section 2.4.2)."""
    covariance = ((x - x.mean()) * (y - y.mean())).mean()
    return 2 * covariance / (x.var() + y.var() + (x.mean() - y.mean()) ** 2)


def huber_loss(a, b):
    away = np.abs(a - b)
    return np.where(away < 1, 0.5 * away**2, away - 0.5)


def affect(kind, predicted, label):
    return 1 - ccc(predicted, label) if kind == "ccc" else ((predicted - label) ** 2).mean()


def vanilla(real, fake):
    return cross_entropy(real, 1.0).mean(), cross_entropy(fake, 0.0).mean()


def categorical(real, fake, alpha):
    _, _, category = labels_of()
    fake_label = np.array([(1 - alpha) / 10] * 10 + [alpha])
    on_real = [softmax_cross_entropy(real[i], np.eye(11)[category[i]]) for i in range(COUNT)]
    on_fake = [softmax_cross_entropy(fake[i], fake_label) for i in range(COUNT)]
    return np.mean(on_real), np.mean(on_fake)


def action_units(real, fake, alpha):
    """Table 3.13: the mean of the AU losses plus the real/fake loss of the image."""
    au, _, _ = labels_of()
    on_real = cross_entropy(real[:, :8], au) + cross_entropy(real[:, 8:], 0.0)
    on_fake = cross_entropy(fake[:, :8], (1 - alpha) / 8) + cross_entropy(fake[:, 8:], alpha)
    return on_real.mean(), on_fake.mean()


def valence_arousal(real, fake, alpha, kind, fake_target):
    """Tables 3.17 and 3.18: the losses of V and A and of real/fake, summed, over the batch."""
    _, va, _ = labels_of()
    target = va if fake_target == "real" else np.full_like(va, (1 - alpha) / 2)
    parts = []
    for logits, label, is_fake in ((real, va, 0.0), (fake, target, alpha)):
        v, a = (affect(kind, logits[:, k], label[:, k]) for k in (0, 1))
        if is_fake and fake_target == "none":
            v = a = 0.0
        parts.append((v + a + cross_entropy(logits[:, 2], is_fake)).mean())
    return tuple(parts)


def joint(real, fake, alpha, kind, fake_target, weights):
    """Section 3.2.5: means over V and A and over the AUs, weighted with the real/fake loss."""
    au, va, _ = labels_of()
    va_target = va if fake_target == "real" else np.full_like(va, (1 - alpha) / 10)
    au_target = np.full_like(au, (1 - alpha) / 10)
    parts = []
    for logits, va_label, au_label, is_fake in (
        (real, va, au, 0.0),
        (fake, va_target, au_target, alpha),
    ):
        of_va = np.mean([affect(kind, logits[:, k], va_label[:, k]) for k in (0, 1)])
        if is_fake and fake_target == "none":
            of_va = 0.0
        of_au = np.mean([cross_entropy(logits[:, 2 + k], au_label[:, k]).mean() for k in range(8)])
        of_rf = cross_entropy(logits[:, 10], is_fake).mean()
        parts.append(weights[0] * of_va + weights[1] * of_au + weights[2] * of_rf)
    return tuple(parts)


def near(terms, expected, total):
    on_real, on_fake = expected
    assert terms["d_loss_real"] == pytest.approx(on_real, abs=CLOSE, rel=CLOSE)
    assert terms["d_loss_fake"] == pytest.approx(on_fake, abs=CLOSE, rel=CLOSE)
    both = on_real + on_fake
    assert terms["d_loss"] == pytest.approx(
        both if total == "sum" else both / 2, abs=CLOSE, rel=CLOSE
    )


def test_vanilla():
    real, fake = fixed("real", COUNT, 1), fixed("fake", COUNT, 1)
    near(terms_of(run_of("vanilla"), real, fake), vanilla(real, fake), "sum")
    got = generator_loss(tensor(fake), outputs(run_of("vanilla")))
    assert float(got) == pytest.approx(cross_entropy(fake, 1.0).mean(), abs=CLOSE)


@pytest.mark.parametrize("alpha", [0.9, 1.0])
def test_categorical(alpha):
    real, fake = fixed("real", COUNT, 11), fixed("fake", COUNT, 11)
    near(
        terms_of(run_of("categorical", alpha=alpha), real, fake),
        categorical(real, fake, alpha),
        "sum",
    )


@pytest.mark.parametrize("alpha", [0.9, 1.0])
def test_action_units(alpha):
    real, fake = fixed("real", COUNT, 9), fixed("fake", COUNT, 9)
    near(terms_of(run_of("au", alpha=alpha), real, fake), action_units(real, fake, alpha), "sum")


@pytest.mark.parametrize("alpha", [0.9, 1.0])
@pytest.mark.parametrize("target", ["smoothed", "real", "none"])
@pytest.mark.parametrize("kind", ["mse", "ccc"])
def test_valence_and_arousal(kind, target, alpha):
    real, fake = fixed("real", COUNT, 3), fixed("fake", COUNT, 3)
    run = run_of("va", kind, {f"fake_va_target_{kind}": target}, alpha=alpha)
    expected = valence_arousal(real, fake, alpha, kind, target)
    near(terms_of(run, real, fake), expected, "sum")


def test_every_loss_of_valence_and_arousal_has_a_function():
    assert list(AFFECT_LOSSES) == list(VA_LOSSES)


@pytest.mark.parametrize(("weighted", "weights"), [(False, [1 / 3] * 3), (True, [0.27, 0.4, 0.33])])
@pytest.mark.parametrize("target", ["smoothed", "real", "none"])
@pytest.mark.parametrize("kind", ["mse", "ccc"])
def test_joint(kind, target, weighted, weights):
    real, fake = fixed("real", COUNT, 11), fixed("fake", COUNT, 11)
    training = {f"fake_va_target_{kind}": target}
    run = run_of("vaau", kind, training, alpha=0.9, weighted=weighted)
    expected = joint(real, fake, 0.9, kind, target, weights)
    near(terms_of(run, real, fake), expected, "mean")


@pytest.mark.parametrize("kind", ["mse", "ccc"])
def test_faces_without_labels_count_in_the_real_fake_term_alone(kind):
    run = run_of("vaau", kind, alpha=0.9)
    loss, nodes = DiscriminatorLoss(run, outputs(run)), outputs(run)
    logits = tensor(fixed("real", COUNT, 11)).requires_grad_()
    au, va, _ = map(tensor, labels_of())
    labelled = torch.arange(COUNT) < 4
    known = Labels(au, labelled[:, None].expand(-1, 8), va, labelled[:, None].expand(-1, 2))
    (gradient,) = torch.autograd.grad(loss.real_part(logits, known), logits)
    assert not gradient[4:, nodes.labels].any()
    assert gradient[4:, nodes.real_fake].all()
    few = logits[:4].detach().requires_grad_()
    part = loss.real_part(few, Labels(au[:4], known.au_mask[:4], va[:4], known.va_mask[:4]))
    (alone,) = torch.autograd.grad(part, few)
    assert torch.allclose(gradient[:4, nodes.labels], alone[:, nodes.labels], atol=1e-7)


@pytest.mark.parametrize("index", range(11))
def test_the_joint_loss_reads_each_node_from_its_own_place(index):
    """An index that slips by the two affect nodes changes a term that it must not touch."""
    run = run_of("vaau", "mse", alpha=0.9)
    real, fake = fixed("real", COUNT, 11), fixed("fake", COUNT, 11)
    moved = real.copy()
    moved[:, index] += 0.5
    before, after = terms_of(run, real, fake), terms_of(run, moved, fake)
    au, va, _ = labels_of()
    node = real[:, index], moved[:, index]
    if index < 2:
        change = [((x - va[:, index]) ** 2).mean() / 6 for x in node]
    elif index < 10:
        change = [cross_entropy(x, au[:, index - 2]).mean() / 24 for x in node]
    else:
        change = [cross_entropy(x, 0.0).mean() / 3 for x in node]
    got = after["d_loss_real"] - before["d_loss_real"]
    assert got == pytest.approx(change[1] - change[0], abs=CLOSE)
    assert after["d_loss_fake"] == before["d_loss_fake"]


@pytest.mark.parametrize("kind", ["au", "categorical"])
@pytest.mark.parametrize("form", ["log_sigmoid", "literal", "non_saturating"])
def test_generator(kind, form):
    run = run_of(kind)
    fake = fixed("fake", COUNT, outputs(run).size)
    if kind == "categorical":
        shares = np.exp(fake) / np.exp(fake).sum(axis=1, keepdims=True)
        p_fake = shares[:, -1]
    else:
        p_fake = sigmoid(fake[:, -1])
    expected = -np.log(1 - p_fake).mean() if form == "non_saturating" else np.log(p_fake).mean()
    got = float(generator_loss(tensor(fake), outputs(run), form))
    assert got == pytest.approx(expected, abs=CLOSE, rel=CLOSE)


def test_the_stable_generator_loss_is_finite_where_the_printed_one_is_not():
    run = run_of("au")
    sure = torch.full((2, 9), -120.0, requires_grad=True)
    stable = generator_loss(sure, outputs(run))
    assert float(stable.detach()) == pytest.approx(-120)
    stable.backward()
    assert float(sure.grad[0, -1]) == pytest.approx(0.5)
    assert float(generator_loss(sure, outputs(run), "literal")) == -np.inf


def test_reconstruction():
    real, fake = fixed("image", 2, 3, 4, 4), fixed("made", 2, 3, 4, 4)
    got = float(huber(tensor(real), tensor(fake)))
    assert got == pytest.approx(huber_loss(real, fake).mean(), abs=CLOSE)


@pytest.mark.parametrize("kind", ["au", "va", "vaau", "categorical"])
def test_supervised(kind):
    """`s_loss` is the Huber loss of labels and activated outputs, and is never minimised."""
    run = run_of(kind, "mse" if "va" in kind else None)
    nodes = outputs(run)
    real, fake = fixed("real", COUNT, nodes.size), fixed("fake", COUNT, nodes.size)
    au, va, category = labels_of()
    if kind == "categorical":
        shares = np.exp(real) / np.exp(real).sum(axis=1, keepdims=True)
        expected = huber_loss(np.eye(10)[category], shares[:, :10]).mean()
    else:
        columns = [real[:, k] for k in range(2)] if nodes.va.stop else []
        columns += [sigmoid(real[:, nodes.au][:, k]) for k in range(8)] if nodes.au.stop else []
        label = np.concatenate(
            ([va] if nodes.va.stop else []) + ([au] if nodes.au.stop else []), axis=1
        )
        expected = huber_loss(label, np.stack(columns, 1)).mean()
    assert terms_of(run, real, fake)["s_loss"] == pytest.approx(expected, abs=CLOSE)


def test_other_readings_of_fake_labels_and_reduction():
    real, fake = fixed("real", COUNT, 9), fixed("fake", COUNT, 9)
    run = run_of(
        "au", training={"fake_class_label": "divided_by_alpha", "loss_reduction": "mean"}, alpha=0.9
    )
    label = (1 - 0.9) / 0.9
    on_fake = (cross_entropy(fake[:, :8], label) + cross_entropy(fake[:, 8:], 0.9)).mean()
    near(terms_of(run, real, fake), (action_units(real, fake, 0.9)[0], on_fake), "mean")


@pytest.mark.parametrize("kind", ["au", "vaau", "categorical"])
def test_the_classes_of_generated_images_may_be_left_out(kind):
    """The loss on a fake image then depends on its real/fake node, and for categories on log P."""
    run = run_of(
        kind,
        va_loss="ccc" if kind == "vaau" else None,
        training={"fake_class_label": "none", "fake_va_target_ccc": "none"},
        alpha=0.9,
    )
    size = outputs(run).size
    real, fake = fixed("real", COUNT, size), fixed("fake", COUNT, size)
    got = float(terms_of(run, real, fake)["d_loss_fake"])
    if kind == "categorical":
        shares = np.exp(fake) / np.exp(fake).sum(axis=1, keepdims=True)
        assert got == pytest.approx(-0.9 * np.log(shares[:, -1]).mean(), abs=CLOSE)
        return
    weight = run.settings["joint_weights"]["real_fake"] if kind == "vaau" else 1.0
    assert got == pytest.approx(weight * cross_entropy(fake[:, -1:], 0.9).mean(), abs=CLOSE)


def test_concordance_of_masked_and_constant_series():
    x, y = fixed("x", 9, 2), fixed("y", 9, 2)
    known = torch.ones(9, 2, dtype=torch.bool)
    known[6:, 0] = False
    got = concordance(tensor(x), tensor(y), known).numpy()
    np.testing.assert_allclose(got, [ccc(x[:6, 0], y[:6, 0]), ccc(x[:, 1], y[:, 1])], atol=CLOSE)
    constant = torch.full((5, 2), 0.3)
    np.testing.assert_array_equal(concordance(constant, constant).numpy(), [0, 0])
