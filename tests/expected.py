#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""What to expect of each claim in the default run, as Markdown: results/claims.csv (the paper's numbers) joined with
tests/data/claims.csv (values and verdicts of the committed rows, which a unit test holds).

    tests/expected.py counts | claims
"""
import csv
import sys

ORDER = ["REPRODUCED", "WITHIN TREND", "DEVIATES", "NO EVIDENCE", "MEASURED", "SUBSET", "STAND-IN", "NOT RUN", "BLOCKED"]


def read():
    with open("results/claims.csv", encoding="utf-8") as file:
        claims = list(csv.DictReader(file))
    with open("tests/data/claims.csv", encoding="utf-8") as file:
        verdicts = {row["id"]: row for row in csv.DictReader(file)}
    return [(claim, verdicts[claim["id"]]) for claim in claims]


def counts(rows):
    """A row for each topic: verdicts that occur, in percent of the topic's claims that have a number to compare with."""
    shown = [verdict for verdict in ORDER if any(row["verdict"] == verdict for _, row in rows)]
    print("| Topic | Claims | " + " | ".join(verdict.lower() + ", %" for verdict in shown) + " |")
    print("|---|---:|" + "---:|" * len(shown))
    topics = list(dict.fromkeys(claim["topic"] for claim, _ in rows))
    for topic in topics + [None]:
        of_topic = [row["verdict"] for claim, row in rows if topic in (claim["topic"], None)]
        shares = [f"{100 * of_topic.count(verdict) / len(of_topic):.0f}" for verdict in shown]
        print(f"| {topic or 'all'} | {len(of_topic)} | " + " | ".join(shares) + " |")


def cell(text):
    return text.replace("|", "\\|").replace("\n", " ")


def claims(rows):
    print("| Claim | Topic | What | Unit | The paper | Expected here | Basis | Verdict | Tolerance |\n|---|---|---|---|---:|---:|---|---|---|")
    for claim, row in rows:
        value = f"{float(row['value']):.4g}" if row["value"] else ""
        print("| " + " | ".join(cell(text) for text in (claim["id"], claim["topic"], claim["what"], claim["unit"], claim["paper_value"], value,
                                                        row["basis"], row["verdict"], claim["tolerance"])) + " |")


if __name__ == "__main__":
    {"counts": counts, "claims": claims}[sys.argv[1]](read())
