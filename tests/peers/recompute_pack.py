"""Recomputes an audit pack: a program of its own, of the library alone, written from its README.

It shares no code with the product. usage: recompute_pack.py PACK.zip; prints one JSON object with
what was recomputed and every fault; exit 0 when there is none.
"""

import base64
import hashlib
import io
import json
import sys
import zipfile
from collections import Counter, defaultdict
from fractions import Fraction

OUTCOMES = {"payable", "blocked", "covered", "restored"}
OWED = {"payable", "blocked"}
LINE = ("live_key", "payee_id", "outcome", "reason", "performer_id", "earned_period", "currency")
LINE = (*LINE, "rates_id", "authority")
LINE_AMOUNTS = ("received_micro", "drawn_micro", "stays_micro", "lacking_micro")
RELEASE = ("source", "performer_id", "payee_id", "currency", "outcome", "reason", "authority")
PARTS = ("cost_micro", "social_micro", "reserve_micro", "tax_micro", "surcharge_micro", "net_micro")


def rows(pack, name):
    with io.TextIOWrapper(pack.open(name), "utf-8", newline="\n") as file:
        columns = next(file).rstrip("\n").split("\t")
        for line in file:
            yield dict(zip(columns, line.rstrip("\n").split("\t"), strict=True))


def objects(pack, name):
    if name not in pack.namelist():
        return
    with pack.open(name) as file:
        for line in file:
            yield json.loads(line)


def root(leaves):
    if len(leaves) == 1:
        return leaves[0]
    split = 1 << ((len(leaves) - 1).bit_length() - 1)
    return hashlib.sha256(b"\x01" + root(leaves[:split]) + root(leaves[split:])).digest()


def check_files(pack, faults):
    stated = json.loads(pack.read("manifest.json"))["files"]
    for name in pack.namelist():
        if name != "manifest.json":
            found = hashlib.sha256(pack.read(name)).hexdigest()
            if stated.pop(name, None) != found:
                faults.append(f"file {name}")
    faults += [f"file {name} is missing" for name in stated]
    return len(pack.namelist()) - 1


def check_months(pack, faults):
    leaves = defaultdict(list)
    with pack.open("transactions.tsv") as file:
        for line in file:
            content = line.rstrip(b"\n").split(b"\t")[3]
            month = json.loads(content)["posted"]
            leaves[month].append(hashlib.sha256(b"\x00" + content).digest())
    closed = [one for one in json.loads(pack.read("periods.json")) if one["state"] == "CLOSED"]
    for one in closed:
        if root(sorted(leaves[one["month"]])).hex() != one["root"]:
            faults.append(f"month {one['month']}")
    return len(closed)


def led_to(leaf, index, size, hashes):
    """The root that a leaf's hash leads to, by RFC 9162, section 2.1.3.2."""
    last, found = size - 1, leaf
    for one in hashes:
        if index & 1 or index == last:
            found = hashlib.sha256(b"\x01" + one + found).digest()
            while index and not index & 1:
                index, last = index >> 1, last >> 1
        else:
            found = hashlib.sha256(b"\x01" + found + one).digest()
        index, last = index >> 1, last >> 1
    return found if last == 0 else b""


def check_receipts(pack, faults):
    """Each closed month and run is in the public log, by what its leaf commits to."""
    stated = {
        one["month"]: one["root"]
        for one in json.loads(pack.read("periods.json"))
        if one["state"] == "CLOSED"
    }
    for name in pack.namelist():
        if name.startswith("runs/"):
            run = next(objects(pack, name))
            stated[f"run-{run['number']:04}"] = run["run_hash"]
    names = [name for name in pack.namelist() if name.startswith("receipts/") and "txt" in name]
    for name in names:
        head, _, note = pack.read(name).decode().partition("\n\n")
        _, extra, index, *hashes = head.split("\n")
        opened = json.loads(base64.b64decode(extra.removeprefix("extra ")))
        payload = pack.read(name.replace(".txt", ".json"))
        committed = hashlib.sha256(bytes.fromhex(opened["salt"]) + payload).hexdigest()
        leaf = opened["leaf"].encode()
        _, size, checked = note.split("\n")[:3]
        found = led_to(
            hashlib.sha256(b"\x00" + leaf).digest(),
            int(index.removeprefix("index ")),
            int(size),
            [base64.b64decode(one) for one in hashes],
        )
        said = json.loads(payload)
        about = stated[name.removeprefix("receipts/").removesuffix(".txt")]
        if (
            found != base64.b64decode(checked)
            or committed != json.loads(leaf)["commitment"]
            or said.get("root", said.get("hash")) != about
        ):
            faults.append(f"receipt {name}")
    return len(names)


def check_books(pack, faults):
    nets, accounts, receivable = Counter(), Counter(), Counter()
    for row in rows(pack, "postings.tsv"):
        amount = int(row["amount_micro"])
        nets[row["transaction"], row["currency"]] += amount
        accounts[row["account"], row["currency"]] += amount
        if row["account"].startswith("receivable:"):
            receivable[row["transaction"]] += amount
    faults += [f"transaction {name[0]}" for name, net in nets.items() if net]
    for row in rows(pack, "balances.tsv"):
        net = int(row["debits_micro"]) - int(row["credits_micro"])
        if accounts.pop((row["account"], row["currency"]), 0) != net:
            faults.append(f"account {row['account']}")
    faults += [f"account {name[0]}" for name, net in accounts.items() if net]
    return receivable


def price(pins):
    """The amount of a simple price, None where a published tariff names it."""
    term = pins["tariff"]
    if term["kind"] == "per_view":
        return term["rate_micro"] * pins["views"]
    if term["kind"] == "per_minute":
        numerator, denominator = pins["territory_factor"]
        use_ms = sum(end - start for start, end in pins["spans"])
        return term["rate_micro"] * use_ms * numerator // (60_000 * denominator)
    return None


def by_points(working, stated):
    """The part of a divided line: cut down, or one more; None where nothing is divided."""
    if "points" not in working:
        return None
    part = Fraction(working["points"]) / Fraction(working["points_total"])
    least = int(working["line_micro"] * part)
    return stated if stated in (least, least + 1) else least


def check_claims(pack, receivable, faults):
    manifest = json.loads(pack.read("manifest.json"))
    recomputed, digests = 0, []
    for one in objects(pack, "claims.jsonl"):
        said = f"{manifest['seed']}:{one['id']}".encode()
        digests.append((hashlib.sha256(said).hexdigest(), one["id"]))
        amount = price(one["claim"]["pins"])
        if amount is None:
            amount = by_points(one["claim"]["working"], receivable[one["id"]])
        if amount is None:
            continue
        recomputed += 1
        if amount != receivable[one["id"]]:
            faults.append(f"claim {one['id']}")
    drawn = [row["claim"] for row in rows(pack, "sample.tsv")]
    if drawn != [name for _, name in sorted(digests)[: manifest["sample"]]]:
        faults.append("sample")
    return recomputed, len(drawn)


def run_bytes(fact):
    if fact["fact"] == "line":
        names = [*LINE, *LINE_AMOUNTS, *PARTS]
        return json.dumps([fact[name] for name in names], separators=(",", ":")).encode()
    said = ["release", *(fact[name] for name in (*RELEASE, *PARTS))]
    return json.dumps(said, separators=(",", ":")).encode()


def booked_by_runs(pack):
    sums = defaultdict(Counter)
    with pack.open("transactions.tsv") as file:
        for line in file:
            content = json.loads(line.rstrip(b"\n").split(b"\t")[3])
            for account, amount, _ in content["postings"] if content["run"] else ():
                kind = account.partition(":")[0]
                sums[content["run"]]["owed" if kind in OWED else kind] += int(amount)
    return sums


def check_line(fact, rates, kind, faults):
    whole = sum(int(fact[name]) for name in PARTS)
    if fact["outcome"] not in OUTCOMES:
        return
    received, drawn = int(fact["received_micro"]), int(fact["drawn_micro"])
    if whole != received + drawn:
        faults.append(f"run line {fact['live_key']}")
    if fact["outcome"] in OWED and received > 0 and not drawn:
        for name in ("cost", "social", "reserve"):
            over, under = rates[fact["rates_id"]][name]
            due = 0 if name == "reserve" and kind == "final" else received * over // under
            if int(fact[f"{name}_micro"]) != due:
                faults.append(f"run line {fact['live_key']} {name}")


def check_run(pack, name, booked, faults):
    facts = list(objects(pack, name))
    run, rates = facts[0], {one["id"]: one for one in facts if one["fact"] == "rates"}
    months = [run["first_month"], run["last_month"]]
    head = {"book": run["book"], "follows": run["follows_id"] or "", "form": "ebenbild-run-1"}
    said = hashlib.sha256(
        json.dumps({**head, "kind": run["kind"], "months": months}, separators=(",", ":")).encode()
    )
    claims = {one["claim"]: one for one in facts if one["fact"] == "claim"}
    handed, sums = Counter(), Counter()
    told = [one for one in facts if one["fact"] in ("line", "release")]
    for one in told:
        said.update(b"\n" + run_bytes(one))
        if one["fact"] == "line":
            check_line(one, rates, run["kind"], faults)
            handed[one["live_key"]] += int(one["received_micro"]) + int(one["stays_micro"])
        if one["outcome"] in OUTCOMES:
            sums["cost"] -= int(one["cost_micro"])
            sums["social"] -= int(one["social_micro"])
            sums["tax"] -= int(one["tax_micro"]) + int(one["surcharge_micro"])
            sums["owed"] -= int(one["net_micro"])
    if said.hexdigest() != run["run_hash"]:
        faults.append(f"run hash {run['id']}")
    for key, one in claims.items():
        if int(one["received"]) != int(one["before"]) + handed[key]:
            faults.append(f"run claim {key}")
    # What is set free leaves the very kind of account that it is owed on: only its sum is there.
    freed = sum(
        int(one[part])
        for one in told
        if one["fact"] == "release" and one["source"].partition(":")[0] in OWED
        for part in PARTS
    )
    sums["owed"] += freed
    for kind, amount in sums.items():
        if booked[run["id"]][kind] != amount:
            faults.append(f"run books {run['id']} {kind}")
    return len(told)


def check_runs(pack, faults):
    booked = booked_by_runs(pack)
    names = [name for name in pack.namelist() if name.startswith("runs/")]
    return sum(check_run(pack, name, booked, faults) for name in names)


def main(path):
    faults = []
    with zipfile.ZipFile(path) as pack:
        files = check_files(pack, faults)
        months = check_months(pack, faults)
        receipts = check_receipts(pack, faults)
        receivable = check_books(pack, faults)
        claims, drawn = check_claims(pack, receivable, faults)
        lines = check_runs(pack, faults)
    done = {"files": files, "months": months, "claims": claims, "drawn": drawn, "run_lines": lines}
    done["receipts"] = receipts
    print(json.dumps({**done, "faults": faults}))
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
