"""Sessions: declared threads and providers, and one error for what cannot be loaded."""

from pathlib import Path

import pytest

from core.errors import Unavailable
from fingerprint.runtime import providers, session


def test_the_processor_is_always_there_and_last() -> None:
    assert providers()[-1] == "CPUExecutionProvider"


def test_what_is_no_model_is_unavailable(tmp_path: Path) -> None:
    path = tmp_path / "model.onnx"
    for data in (b"", b"not a model"):
        path.write_bytes(data)
        with pytest.raises(Unavailable) as caught:
            session(path, 1)
        assert caught.value.code == "models-broken"
    with pytest.raises(Unavailable):
        session(tmp_path / "absent.onnx", 1)


def test_runtime_modules_import_no_framework() -> None:
    """What runs beside a scan must not pull in the frameworks the weights came from."""
    import subprocess
    import sys

    code = (
        "import sys, fingerprint.face.watching, fingerprint.runtime, fingerprint.weights.manifest;"
        "print(sorted({'torch','dlib','resemblyzer','face_recognition','face_recognition_models',"
        "'silero_vad','onnx','librosa','sklearn'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
