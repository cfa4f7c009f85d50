"""The ONNX builders on small nets made on the spot, against plain NumPy."""

import io
from pathlib import Path

import numpy as np
import onnx
import onnxruntime as ort
import pytest
from onnx import helper, numpy_helper

from core.errors import Unavailable
from fingerprint.face.detector import Detector
from fingerprint.face.finder import Finder
from fingerprint.face.pyramid import Level
from fingerprint.weights import dlib_mmod, dlib_mmod_u8, dlib_resnet, dlib_shape, ge2e, silero
from tests.unit.fingerprint import dat_writer as dat
from tests.unit.fingerprint.checkpoint_writer import checkpoint

RNG = np.random.default_rng(0)


def run(model: bytes, outputs: list[str], **inputs: np.ndarray) -> list[np.ndarray]:
    session = ort.InferenceSession(model, providers=["CPUExecutionProvider"])
    return session.run(outputs, inputs)


def normal(*shape: int, scale: float = 1.0) -> np.ndarray:
    return (RNG.normal(size=shape) * scale).astype(np.float32)


def convolve(x: np.ndarray, weight: np.ndarray, bias: np.ndarray, stride: int, pad: int):
    """Plain correlation of x (channels, rows, columns)."""
    x = np.pad(x, ((0, 0), (pad, pad), (pad, pad)))
    windows = np.lib.stride_tricks.sliding_window_view(x, weight.shape[2:], axis=(1, 2))
    windows = windows[:, ::stride, ::stride]
    return np.einsum("crwij,fcij->frw", windows, weight) + bias[:, None, None]


def relu(x: np.ndarray) -> np.ndarray:
    return np.maximum(x, 0)


def test_voice_encoder_is_the_lstm_of_its_checkpoint() -> None:
    state = {}
    for layer in range(3):
        inputs = 40 if layer == 0 else 256
        state[f"lstm.weight_ih_l{layer}"] = normal(1024, inputs, scale=0.05)
        state[f"lstm.weight_hh_l{layer}"] = normal(1024, 256, scale=0.05)
        state[f"lstm.bias_ih_l{layer}"] = normal(1024, scale=0.1)
        state[f"lstm.bias_hh_l{layer}"] = normal(1024, scale=0.1)
    state["linear.weight"], state["linear.bias"] = normal(256, 256, scale=0.1), normal(256)
    mels = np.abs(normal(2, 160, 40))
    (embeds,) = run(ge2e.build(checkpoint(state)), ["embeds"], mels=mels)
    assert embeds.shape == (2, 256)
    assert np.allclose(embeds, [lstm_embedding(state, window) for window in mels], atol=1e-5)
    assert np.allclose(np.linalg.norm(embeds, axis=1), 1, atol=1e-6)


def lstm_embedding(state: dict[str, np.ndarray], x: np.ndarray) -> np.ndarray:
    def sigmoid(v: np.ndarray) -> np.ndarray:
        return 1 / (1 + np.exp(-v))

    for layer in range(3):
        wi, wh, bi, bh = (
            state[f"lstm.{part}_l{layer}"]
            for part in ("weight_ih", "weight_hh", "bias_ih", "bias_hh")
        )
        h, c, out = np.zeros(256), np.zeros(256), []
        for frame in x:
            i, f, g, o = np.split(wi @ frame + wh @ h + bi + bh, 4)
            c = sigmoid(f) * c + sigmoid(i) * np.tanh(g)
            h = sigmoid(o) * np.tanh(c)
            out.append(h)
        x = np.array(out)
    raw = relu(state["linear.weight"] @ x[-1] + state["linear.bias"])
    return raw / np.linalg.norm(raw)


def test_checkpoint_without_a_layer_is_refused() -> None:
    with pytest.raises(Unavailable, match=r"lacks lstm\.weight_ih_l0"):
        ge2e.build(checkpoint({"linear.bias": normal(256)}))


LAST = normal(1, 4, 3, 3), normal(1)


def detector_file(weight: np.ndarray, bias: np.ndarray, bn: tuple[np.ndarray, ...]) -> bytes:
    loss = dat.text("loss_mmod_") + dat.integer(1) + dat.integer(80) * 2
    loss += b"".join(dat.real(v) for v in (1, 1, 0.5, 0.34, 1, 0.5, 1))
    inputs = dat.text("input_rgb_image_pyramid") + dat.mean_rgb()
    layers = [
        dat.convolution(weight, bias, 2, 0),
        dat.batch_norm(*bn),
        dat.text("relu_"),
        dat.convolution(LAST[0], LAST[1], 1, 1),
    ]
    return dat.net(loss, inputs, layers)


def test_detector_folds_batch_norm_and_pads_like_a_canvas() -> None:
    weight, bias = normal(4, 3, 5, 5), normal(4)
    bn = (normal(4), normal(4), normal(4), np.abs(normal(4)))
    planes = normal(1, 3, 20, 31, scale=60)
    size = np.array([1, 3, 20, 31])
    model = dlib_mmod.build(detector_file(weight, bias, bn))
    scores, level = run(model, ["scores", "level"], planes=planes, size=size)
    padded = np.pad(planes[0] / 256, ((0, 0), (11, 11), (11, 11)))
    gamma, beta, mean, variance = (v[:, None, None] for v in bn)
    x = convolve(padded, weight, bias, 2, 0)
    x = relu((x - mean) / np.sqrt(variance + 1e-4) * gamma + beta)
    expected = convolve(x, *LAST, 1, 1)
    assert np.allclose(scores[0], expected, atol=1e-3)
    assert np.array_equal(level, planes)


def test_detector_figures_travel_in_the_file() -> None:
    bn = (np.ones(4), np.zeros(4), np.zeros(4), np.ones(4))
    model = dlib_mmod.build(detector_file(normal(4, 3, 5, 5), normal(4), bn))
    session = ort.InferenceSession(model, providers=["CPUExecutionProvider"])
    figures = session.get_modelmeta().custom_metadata_map
    assert figures["window_px"] == "80"
    assert float(figures["nms_iou"]) == 0.34
    assert np.allclose([float(v) for v in figures["mean_rgb"].split()], [122.782, 117.001, 104.298])


def whole_detector_file() -> bytes:
    """A net of the released shape: six convolutions with their normalisation, then one filter."""
    layers, channels = [], 3
    for number in range(6):
        weight = normal(6, channels, 5, 5, scale=1.4 / (5 * channels**0.5))
        pad = 0 if number < 3 else 2
        layers.append(dat.convolution(weight, normal(6, scale=0.1), 2 - number // 3, pad))
        layers.append(dat.batch_norm(np.ones(6), np.zeros(6), np.zeros(6), np.ones(6)))
        layers.append(dat.text("relu_"))
        channels = 6
    layers.append(dat.convolution(normal(1, 6, 9, 9, scale=0.05), normal(1), 1, 4))
    loss = dat.text("loss_mmod_") + dat.integer(1) + dat.integer(80) * 2 + dat.real(1) * 7
    inputs = dat.text("input_rgb_image_pyramid") + dat.mean_rgb()
    return dat.net(loss, inputs, layers)


@pytest.mark.parametrize("size", [(96, 128), (97, 131)])
def test_the_quick_detector_scores_like_the_exact_one(
    tmp_path: Path, size: tuple[int, int]
) -> None:
    data = whole_detector_file()
    (tmp_path / "quick.onnx").write_bytes(dlib_mmod_u8.build(data))
    (tmp_path / "exact.onnx").write_bytes(dlib_mmod.build(data))
    exact = Detector(tmp_path / "exact.onnx", 1)
    finder = Finder(tmp_path / "quick.onnx", 1)
    rgb = RNG.integers(0, 256, (*size, 3)).astype(np.uint8)
    planes = (rgb.transpose(2, 0, 1) - np.array([[[122.782]], [[117.001]], [[104.298]]]))[None]
    wanted = np.array([1, 3, *size])
    (scores,) = run(
        dlib_mmod.build(data), ["scores"], planes=planes.astype(np.float32), size=wanted
    )
    ((_, found),) = finder.scores(rgb, [Level(*size, 1, 0)])
    rows, columns = (min(a, b) for a, b in zip(found.shape, scores.shape[2:], strict=True))
    assert rows >= scores.shape[2] - 1 and columns >= scores.shape[3] - 1
    expected = scores[0, 0, :rows, :columns]
    assert np.abs(found[:rows, :columns] - expected).mean() < 0.1 * expected.std()
    assert exact.agrees(finder)


def test_sums_that_a_processor_cuts_off_are_noticed(tmp_path: Path) -> None:
    data = whole_detector_file()
    model = onnx.load_from_string(dlib_mmod_u8.build(data))
    for weight in model.graph.initializer:  # as if every large sum had lost its upper half
        if weight.data_type == onnx.TensorProto.INT8 and len(weight.dims) == 4:
            halved = numpy_helper.to_array(weight).clip(-64, 64)
            weight.CopyFrom(numpy_helper.from_array(halved, weight.name))
    (tmp_path / "quick.onnx").write_bytes(model.SerializeToString())
    (tmp_path / "exact.onnx").write_bytes(dlib_mmod.build(data))
    detector = Detector(tmp_path / "exact.onnx", 1)
    assert not detector.agrees(Finder(tmp_path / "quick.onnx", 1))


def test_a_detector_of_another_shape_is_not_made_quick() -> None:
    bn = (np.ones(4), np.zeros(4), np.zeros(4), np.ones(4))
    with pytest.raises(Unavailable, match="another number of layers"):
        dlib_mmod_u8.build(detector_file(normal(4, 3, 5, 5), normal(4), bn))


def test_descriptor_blocks_shortcuts_and_sphere() -> None:
    """A stem, a plain block, and a block that halves and widens, as in the released net."""
    w = [normal(4, 3, 7, 7), normal(4, 4, 3, 3), normal(4, 4, 3, 3)]
    w += [normal(6, 4, 3, 3), normal(6, 6, 3, 3)]
    w = [v * np.float32(0.1) for v in w]
    b = [normal(len(v), scale=0.1) for v in w]
    scales = [(normal(len(v)), normal(len(v))) for v in w]
    fc = normal(6, 128, scale=0.02)
    layers = [
        dat.convolution(w[0], b[0], 2, 0),
        dat.affine(*scales[0]),
        dat.text("relu_"),
        dat.pool("max_pool_2", 3, 2),
    ]
    for first, second, stride in ((1, 2, 1), (3, 4, 2)):
        layers += [
            dat.convolution(w[first], b[first], stride, 1 if stride == 1 else 0),
            dat.affine(*scales[first]),
            dat.text("relu_"),
            dat.convolution(w[second], b[second], 1, 1),
            dat.affine(*scales[second]),
        ]
        layers += [dat.pool("avg_pool_2", 2, 2)] * (stride == 2)
        layers += [dat.text("add_prev_"), dat.text("relu_")]
    layers += [dat.pool("avg_pool_2", 0, 1), dat.fully_connected(fc)]
    loss = dat.text("loss_metric_2") + dat.real(0.04) + dat.real(0.6)
    inputs = dat.text("input_rgb_image_sized") + dat.mean_rgb() + dat.integer(150) * 2
    chips = RNG.integers(0, 255, (2, 150, 150, 3), dtype=np.uint8)

    model = dlib_resnet.build(dat.net(loss, inputs, layers))
    raw, embeds = run(model, ["descriptors", "embeds"], chips=chips)

    def scaled(n: int, x: np.ndarray, stride: int, pad: int) -> np.ndarray:
        gamma, beta = (v[:, None, None] for v in scales[n])
        return convolve(x, w[n], b[n], stride, pad) * gamma + beta

    for chip, descriptor in zip(chips, raw, strict=True):
        x = (chip.transpose(2, 0, 1) - np.array([122.782, 117.001, 104.298])[:, None, None]) / 256
        x = relu(scaled(0, x, 2, 0))
        x = np.lib.stride_tricks.sliding_window_view(x, (3, 3), axis=(1, 2))[:, ::2, ::2]
        x = x.max(axis=(3, 4))
        x = relu(scaled(2, relu(scaled(1, x, 1, 1)), 1, 1) + x)
        main = scaled(4, relu(scaled(3, x, 2, 0)), 1, 1)
        short = x[:, :34, :34].reshape(4, 17, 2, 17, 2).mean(axis=(2, 4))
        total = np.zeros((6, 17, 17))
        total[:, : main.shape[1], : main.shape[2]] += main
        total[:4] += short
        assert np.allclose(descriptor, relu(total).mean(axis=(1, 2)) @ fc, atol=1e-4)
    assert np.allclose(np.linalg.norm(embeds, axis=1), 1, atol=1e-6)
    distance = ((raw[0] - raw[1]) ** 2).sum()
    assert 1 - embeds[0] @ embeds[1] == pytest.approx(distance / 8, abs=1e-3)


def test_net_with_an_unknown_layer_or_a_cut_off_end_is_refused() -> None:
    inputs = dat.text("input_rgb_image_pyramid") + dat.mean_rgb()
    loss = dat.text("loss_mmod_") + dat.integer(1) + dat.integer(80) * 2 + dat.real(1) * 7
    with pytest.raises(Unavailable, match="unknown kind dropout_"):
        dlib_mmod.build(dat.net(loss, inputs, [dat.text("dropout_")]))
    bn = (np.ones(4), np.zeros(4), np.zeros(4), np.ones(4))
    with pytest.raises(Unavailable, match="ends too early"):
        dlib_mmod.build(detector_file(normal(4, 3, 5, 5), normal(4), bn)[:-1])


def shape_file(points: int = 5) -> bytes:
    """One stage of two trees of depth 2 over four pixels."""

    def tree(n: int) -> bytes:
        splits = [(0, 1, 10.0 * n), (2, 3, -5.0), (1, 2, 0.0)]
        body = dat.integer(3) + b"".join(
            dat.integer(a) + dat.integer(b) + dat.real(t) for a, b, t in splits
        )
        leaves = [[0.01 * (n + 1) * (leaf + 1)] * (2 * points) for leaf in range(4)]
        return body + dat.integer(4) + b"".join(dat.column(leaf) for leaf in leaves)

    initial = [0.8, 0.3, 0.6, 0.3, 0.2, 0.3, 0.4, 0.3, 0.5, 0.6][: 2 * points]
    anchors = dat.integer(1) + dat.integer(4) + b"".join(dat.integer(n) for n in (0, 2, 4, 4))
    deltas = dat.integer(1) + dat.integer(4)
    deltas += b"".join(dat.real(v) for v in (0.1, 0, -0.1, 0, 0, 0.1, 0.05, -0.1))
    forests = dat.integer(1) + dat.integer(2) + tree(0) + tree(1)
    return dat.integer(1) + dat.column(initial) + forests + anchors + deltas


def test_shape_predictor_arrays(tmp_path: Path) -> None:
    with np.load(io.BytesIO(dlib_shape.build(shape_file())), allow_pickle=False) as arrays:
        assert arrays["first"].tolist() == [[[0, 2, 1], [0, 2, 1]]]
        assert arrays["threshold"][0, 1].tolist() == [10.0, -5.0, 0.0]
        assert arrays["leaves"].shape == (1, 2, 4, 10)
        assert arrays["anchors"].tolist() == [[0, 2, 4, 4]]


def test_shape_predictor_of_68_points_is_refused() -> None:
    with pytest.raises(Unavailable, match="a shape of 3 points"):
        dlib_shape.build(shape_file(points=3))
    with pytest.raises(Unavailable, match="bytes behind"):
        dlib_shape.build(shape_file() + b"\0")


def test_builds_are_reproducible() -> None:
    data = shape_file()
    assert dlib_shape.build(data) == dlib_shape.build(data)


def test_speech_detector_is_the_network_of_its_source() -> None:
    source, weights = silero_source()
    chunks = normal(5, 576, scale=0.1)
    state = np.zeros((1, 1, 128), np.float32)
    inputs = {"input": chunks, "h": state, "c": state}
    found = run(silero.build(source), ["speech_probs", "hn", "cn"], **inputs)
    assert np.allclose(found[0], speech_probabilities(weights, chunks), atol=1e-5)
    first = run(
        silero.build(source), ["speech_probs", "hn", "cn"], **inputs | {"input": chunks[:2]}
    )
    then = {"input": chunks[2:], "h": first[1], "c": first[2]}
    rest = run(silero.build(source), ["speech_probs", "hn", "cn"], **then)
    assert np.allclose(np.concatenate([first[0], rest[0]]), found[0], atol=1e-6)


def test_a_speech_detector_of_another_shape_is_refused() -> None:
    for data in (b"no model", onnx.ModelProto().SerializeToString()):
        with pytest.raises(Unavailable):
            silero.build(data)


def silero_source() -> tuple[bytes, dict[str, np.ndarray]]:
    """A graph that holds weights under the names and shapes of the real one."""
    weights = {name: normal(*shape, scale=0.1) for name, shape in silero.SHAPES.items()}
    weights |= {"L_w": normal(1, 512, 128, scale=0.1), "L_r": normal(1, 512, 128, scale=0.1)}
    weights["L_b"] = normal(1, 1024, scale=0.1)
    node = helper.make_node("LSTM", ["x", "L_w", "L_r", "L_b"], ["y"], hidden_size=128)
    stored = [numpy_helper.from_array(value, name) for name, value in weights.items()]
    graph = helper.make_graph([node], "source", [], [], stored)
    return helper.make_model(graph).SerializeToString(), weights


def speech_probabilities(weights: dict[str, np.ndarray], chunks: np.ndarray) -> np.ndarray:
    hidden = cell = np.zeros(128)
    found = []
    for chunk in np.pad(chunks, ((0, 0), (0, 64)), mode="reflect"):
        frames = np.lib.stride_tricks.sliding_window_view(chunk, 256)[::128]
        spectrum = frames @ weights["stft.forward_basis_buffer"][:, 0].T
        x = np.hypot(spectrum[:, :129], spectrum[:, 129:]).T
        for layer, stride in enumerate((1, 2, 2, 1)):
            kernel, bias = (weights[f"encoder.{layer}.{part}"] for part in ("weight", "bias"))
            padded = np.pad(x, ((0, 0), (1, 1)))
            taps = np.lib.stride_tricks.sliding_window_view(padded, 3, axis=1)[:, ::stride]
            x = relu(np.einsum("cti,fci->ft", taps, kernel) + bias[:, None])
        bias = weights["L_b"][0, :512] + weights["L_b"][0, 512:]
        gates = weights["L_w"][0] @ x[:, 0] + weights["L_r"][0] @ hidden + bias
        i, o, f = (1 / (1 + np.exp(-gates[at : at + 128])) for at in (0, 128, 256))
        cell = f * cell + i * np.tanh(gates[384:])
        hidden = o * np.tanh(cell)
        logit = weights["output.weight"][0, :, 0] @ relu(hidden) + weights["output.bias"][0]
        found.append(1 / (1 + np.exp(-logit)))
    return np.array(found)
