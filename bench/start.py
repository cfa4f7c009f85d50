"""Times how a worker comes to its gallery: from the sealed file, and from the sealed templates.

    python -m bench.start [--prints 20000]

Vectors are those of people nobody is, one template a print, a hundred prints to an enrolment key.
The database is left out of both, which favours the templates: reading their rows is not counted.
Both must end in galleries that answer alike. Seconds are of the processor, which bear other load.
"""

import argparse
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from bench.vectors import Crowd, load
from core.vault import Vault
from fingerprint.gallery import Gallery
from fingerprint.models import Modality, Template
from registry.service.gallery import entries_of
from registry.service.indexfile import IndexFile, Kind, State
from registry.service.seals import seal_template
from registry.store.printtemplates import SealedTemplate

PER_KEY = 100
FASTER_MIN = 5.0
MODEL, SHA = "voice", "0" * 64


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--prints", type=int, default=20_000)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "keys").mkdir(mode=0o700)
        vault = Vault.create(folder / "keys")
        rows = list(_rows(vault, asked.prints))
        began = time.process_time()
        opened = Gallery(entries_of(vault, iter(rows)))
        slow_s = time.process_time() - began
        file = IndexFile(folder / "index", Kind.GALLERY)
        began = time.process_time()
        file.begin(vault)
        file.write(vault, {}, opened.stored(), {})
        write_s = time.process_time() - began
        began = time.process_time()
        found = file.load(vault, lambda _: True)
        kept = Gallery.restored(found.shelves)
        fast_s = time.process_time() - began
        megabytes = file.path.stat().st_size / 1e6
        vault.close()
    alike = found.state is State.GOOD and _answers(kept) == _answers(opened)
    ratio = slow_s / fast_s
    verdict = "reached" if alike and ratio >= FASTER_MIN else "missed"
    print(
        f"{asked.prints} prints: from sealed templates {slow_s:.2f} s, from the sealed file "
        f"{fast_s:.2f} s, ratio {ratio:.1f} (at least {FASTER_MIN:.0f}), answers "
        f"{'equal' if alike else 'DIFFER'}: {verdict}"
        f"; writing {megabytes:.0f} MB took {write_s:.2f} s"
    )


def _rows(vault: Vault, count: int) -> Iterator[SealedTemplate]:
    crowd = Crowd(load(Modality.VOICE), seed=1)
    for number, vector in enumerate(crowd.vectors(crowd.people(count))):
        template = Template(Modality.VOICE, vector, MODEL, 10_000, 0.9)
        consent = f"enr_{number // PER_KEY}"
        sealed = seal_template(
            vault, template, tenant_id="t", performer_id="p", consent_id=consent, sha=SHA
        )
        yield SealedTemplate(
            id=f"tpl_{number:09}",
            tenant_id="t",
            print_id=f"prt_{number:09}",
            performer_id="p",
            consent_id=consent,
            modality=Modality.VOICE,
            model_id=MODEL,
            model_sha256=SHA,
            evidence_ms=template.evidence_ms,
            quality=template.quality,
            seq=number,
            sealed=sealed,
        )


def _answers(gallery: Gallery) -> object:
    crowd = Crowd(load(Modality.VOICE), seed=9)
    queries = np.ascontiguousarray(crowd.vectors(crowd.people(20)))
    return gallery.search(Modality.VOICE, MODEL, queries, top=10)


if __name__ == "__main__":
    main()
