"""A registry as `ebenbild init` makes it, served as a user serves it, and its command line."""

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from api.client import Client, remote
from api.schema import upgrade
from api.scopes import SCOPES
from core.init import OPERATOR_KEY_FILE, initialise
from core.settings import Settings
from tests.flows.serving import end, free_port, ready, wait_until
from tests.schemas import copied

ROOT = Path(__file__).parents[2]


@dataclass
class Registry:
    """A running registry; `url` is where a browser finds it."""

    data_dir: Path
    port: int
    settings: Mapping[str, str]
    process: subprocess.Popen[bytes] | None = None

    @classmethod
    def start(
        cls, folder: Path, *, worker: bool = False, models: str = "", **settings: str
    ) -> "Registry":
        """Make a registry in `folder` and serve it; `settings` are environment variables."""
        own = {"EBENBILD_DATA_DIR": str(folder / "data"), **settings}
        if models:
            own["EBENBILD_MODELS_DIR"] = models
        made = cls(folder / "data", free_port(), own)
        initialise(Settings(data_dir=made.data_dir), copied(upgrade), operator_scopes=SCOPES)
        made._serve("--worker" if worker else "--no-worker")
        return made

    @classmethod
    def over(cls, folder: Path, *, worker: bool = True) -> "Registry":
        """Serve what lies in `folder` already."""
        data = folder / "data"
        made = cls(data, free_port(), {"EBENBILD_DATA_DIR": str(data)})
        made._serve("--worker" if worker else "--no-worker")
        return made

    @property
    def url(self) -> str:
        """Passkeys are bound to a name, so browsers come by the name of this machine."""
        return f"http://localhost:{self.port}"

    def command(self, *words: str) -> Any:
        """What a command answers with --json."""
        ran = subprocess.run(
            [sys.executable, "-m", "api.cli.main", *words, "--json"],
            cwd=ROOT,
            env=self._environment(),
            capture_output=True,
            text=True,
            check=False,
        )
        assert ran.returncode == 0, ran.stderr
        return json.loads(ran.stdout)

    @property
    def operator(self) -> Client:
        """The operator's client, with the key that set-up left in its folder."""
        key = Settings(data_dir=self.data_dir).keys_dir / OPERATOR_KEY_FILE
        return remote(f"http://127.0.0.1:{self.port}", key.read_text().strip(), poll_seconds=0.1)

    def invite(self, email: str, *roles: str, tenant_id: str | None = None) -> str:
        """The address that somebody who was invited opens."""
        body = {"email": email, "roles": list(roles), "tenant_id": tenant_id}
        with self.operator as client:
            link = str(client.post("/v1/invitations", body)["link"])
        return f"{self.url}/join#{link.partition('#')[2]}"

    def stop(self) -> None:
        """End what was started here, and nothing else."""
        if self.process is not None:
            end(self.process)

    def kill(self) -> None:
        """End it as a power cut does."""
        assert self.process is not None
        self.process.kill()
        self.process.wait()

    def come_back(self) -> None:
        """Serve again what was killed, without a worker."""
        self._serve("--no-worker")

    def _serve(self, worker: str) -> None:
        words = [sys.executable, "-m", "api.cli.main", "serve", "--port", str(self.port), worker]
        log = (self.data_dir / "serve.log").open("wb")
        self.process = subprocess.Popen(
            words, cwd=ROOT, env=self._environment(), stdout=log, stderr=log
        )
        log.close()
        try:
            with self.operator as client:
                wait_until(lambda: ready(client))
        except BaseException:
            self.stop()
            raise

    def _environment(self) -> dict[str, str]:
        return {**os.environ, **self.settings}
