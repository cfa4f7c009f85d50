"""Recomputes an audit pack: a program of its own, of the library alone, written from its README.

It shares no code with the product. usage: recompute_pack.py PACK.zip; prints one JSON object with
what was recomputed and every fault; exit 0 when there is none.
"""

import hashlib
import io
import json
import sys
import zipfile
from collections import Counter, defaultdict

OUTCOMES = {"payable", "blocked", "covered", "restored"}
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


def check_books(pack, faults):
    nets, accounts, receivable, parts = Counter(), Counter(), Counter(), defaultdict(Counter)
    for row in rows(pack, "postings.tsv"):
        amount = int(row["amount_micro"])
        nets[row["transaction"], row["currency"]] += amount
        accounts[row["account"], row["currency"]] += amount
        kind = row["account"].partition(":")[0]
        if kind == "receivable":
            receivable[row["transaction"]] += amount
        parts[row["transaction"]][kind] += amount
    faults += [f"transaction {name[0]}" for name, net in nets.items() if net]
    for row in rows(pack, "balances.tsv"):
        net = int(row["debits_micro"]) - int(row["credits_micro"])
        if accounts.pop((row["account"], row["currency"]), 0) != net:
            faults.append(f"account {row['account']}")
    faults += [f"account {name[0]}" for name, net in accounts.items() if net]
    return receivable, parts


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


def check_claims(pack, receivable, faults):
    manifest = json.loads(pack.read("manifest.json"))
    recomputed, digests = 0, []
    for one in objects(pack, "claims.jsonl"):
        said = f"{manifest['seed']}:{one['id']}".encode()
        digests.append((hashlib.sha256(said).hexdigest(), one["id"]))
        amount = price(one["claim"]["pins"])
        if amount is None:
            continue
        recomputed += 1
        if amount != receivable[one["id"]]:
            faults.append(f"claim {one['id']}")
    drawn = [row["claim"] for row in rows(pack, "sample.tsv")]
    if drawn != [name for _, name in sorted(digests)[: manifest["sample"]]]:
        faults.append("sample")
    return recomputed, len(drawn)


def check_runs(pack, parts, faults):
    lines = 0
    booked = defaultdict(Counter)
    for one in objects(pack, "run_lines.jsonl"):
        lines += 1
        if one["outcome"] not in OUTCOMES:
            continue
        whole = int(one["received_micro"]) + int(one["drawn_micro"])
        if whole != sum(int(one[name]) for name in PARTS):
            faults.append(f"run line {one['live_key']}")
        for name in ("cost", "social"):
            booked[one["transaction_id"]][name] -= int(one[f"{name}_micro"])
    for name, sums in booked.items():
        if any(parts[name][kind] != amount for kind, amount in sums.items()):
            faults.append(f"run transaction {name}")
    return lines


def main(path):
    faults = []
    with zipfile.ZipFile(path) as pack:
        files = check_files(pack, faults)
        months = check_months(pack, faults)
        receivable, parts = check_books(pack, faults)
        claims, drawn = check_claims(pack, receivable, faults)
        lines = check_runs(pack, parts, faults)
    done = {"files": files, "months": months, "claims": claims, "drawn": drawn, "run_lines": lines}
    print(json.dumps({**done, "faults": faults}))
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
