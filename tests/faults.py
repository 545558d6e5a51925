"""The table of docs/contributing/faults.md, from the names of the tests that inject each fault.

`python -m tests.faults` writes it; tests/test_faults.py fails when it is stale, or when a fault has
no test.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Sequence
from functools import cache
from pathlib import Path

from cloud_carbon_exporter.documents.marks import Marks

TESTS = Path(__file__).parent
PAGE = TESTS.parent / "docs" / "contributing" / "faults.md"
MARKS = Marks("<!-- faults: written by python -m tests.faults -->", "<!-- end of faults -->")

FAULTS: dict[str, tuple[str, ...]] = {  # fault -> patterns of "file::test"
    "throttling, 5xx, cut and truncated bodies": (
        "test_a_fault_becomes_an_error",
        "test_a_fault_has_its_error",
        "test_what_stays_broken_ends",
        r"test_what_passes_is_(tried_again|got_over)",
    ),
    "redirects elsewhere, and from https to http": ("test_no_redirect_",),
    "a quota that is used up, an answer that says when to come back": (
        "date_to_come_back_at",
        "quota_of_a_minute",
        "retry_after",
    ),
    "connection resets": ("connections_that_are_reset", "connections_that_flap"),
    "hangs beyond the deadline": (
        "share_one_failure",
        "test_silence_ends",
        "test_a_hang_is_cut",
        "test_any_other_hang",
        "never_answers",
    ),
    "malformed bodies, wrong content types": (
        "unreadable_answer",
        "cannot_be_decoded",
        "content_type_decides",
    ),
    "status 200 and nonsense in place of what was asked for": (
        "answer_of_another_shape",
        "answer_of_nonsense",
        "objects_of_which_none",
        "in_place_of_a_products_objects",
        "no_list_of_buckets",
        "projects_of_which_none",
    ),
    "status 200 without the list that was asked for": (
        "answer_of_success_without",
        "inventory_that_says_nothing",
        "products_that_say_nothing",
        "nothing_vanishes_and_the_kind_is_down",
        "missing_list_of_one_kind",
        "list_that_is_missing_behind",
        "list_that_is_empty_is_believed",
        "tells_no_member_of_the_list",
        "error_of_s3_under_status_200",
        "list_that_had_objects_is_believed",
        "asked_for_by_name_takes_nothing",
    ),
    "monitoring that answers in part": (
        "series_that_does_not_end_complete",
        "result_that_is_missing_says",
        "last_page_that_tells_of_a_series",
        "told_before_a_page_failed",
    ),
    "gzip bombs and endless answers": (
        "gzip_bomb",
        "test_a_bomb_is_neither",
        "endless_answer",
    ),
    "expired, refused and rotated credentials": (
        "credentials_that_expire",
        "after_a_refusal_new",
        "key_rotated",
        "role_is_renewed",
        "refused_token_is_replaced",
        "token_is_renewed",
        "key_refused_later",
        "headers_are_read_before",
    ),
    "one call that is forbidden or fails, of those that make a listing": (
        "one_forbidden_call",
        "forbidden_product",
        "part_of_a_listing",
        "that_ends_without_a_part",
        "fails_in_passing",
        "could_not_ask",
        "projects_refusal",
    ),
    "a wrong clock": ("clock_that_is_wrong",),
    "a clock that is set, ahead or back, for a moment or for good": (
        "two_days_for_ten_seconds",
        "no_step_invents_or_loses",
        "a_step_that_lasts_is_taken_over",
        "wrong_at_the_start_and_is_mended",
        "restart_while_the_clock_is_wrong",
        "saved_marks_that_lie_ahead",
        "clock_was_set_back",
    ),
    "DNS failure, nobody listening": (
        "nothing_listens",
        "nobody_listens",
        "nobody_there",
        "without_an_address",
    ),
    "DNS that never answers": ("name(s)?_that_hang", "however_many_hang", "dns_that_never"),
    "a certificate that expired, of another host, of nobody known; no TLS": (
        "certificate_that_is_not_trusted",
        "speaks_no_tls",
    ),
    "a region that vanishes, or a product that is not there": (
        "region_that_appears",
        "without_an_endpoint_here",
        "absent_product",
    ),
    "page tokens that loop, pages that repeat": ("page_token_that", "pages_that_repeat"),
    "an API that returns yesterday's data": ("test_yesterdays_",),
    "objects spoiled in any place, NaN, 1e308, invalid UTF-8": (
        "test_spoiled_objects",
        "spoiled_object",
        "malformed_object",
        "object_without_sense",
        "odd_objects",
        "is_no_point",
    ),
    "monitoring that answers nonsense": (
        "read_or_fail",
        "series_that_cannot_be_read",
        "series_of_which_none",
        "several_series_that_are_one_sum",
        "cannot_be_read_is_not_said_to_be_absent",
        "truncated_monitoring",
    ),
    "tags of 10 MB, hostile labels": (
        "ten_megabytes",
        "hostile_labels",
    ),
    "a corrupt state file, one cut short, one that another process has": (
        "corrupt_file",
        "corrupt_too",
        "one_section_makes_no_sense",
        "two_exporters_do_not",
        "killed_process_was_writing",
        "set_aside_before_is_not_replaced",
        "cannot_be_read_is_set_aside",
        "newer_version",
    ),
    "a history file that is corrupt, of a full disk, of one that hangs; a kill amid a write": (
        r"history/test_store\.py::test_a_(corrupt_file|kill|step_that|transaction|newer|file_that)",
        r"history/test_recorder\.py::test_(a_full|a_disk|what_waits)",
        "test_what_is_shown_does_not_hang_on_the_history",
        "test_a_store_that_fails_costs_its_answer_alone",
    ),
    "a state file that cannot be written: a read-only or full disk, a name no file can have": (
        "a_save_that_fails_in_any_way",
        "a_full_disk_is_said",
        "a_name_that_no_file_can_have",
        "do_not_hang_on",
        "does_not_hang_on_state",
    ),
    "no memory, no file descriptors": ("memory_that_runs_out", r"without_(file_)?descriptors"),
    "a signal while the loop hangs; process 1 of a container": (
        "whose_loop_hangs_ends",
        "though_its_loop_hangs",
        "as_process_1",
        "zombie_is_buried",
    ),
    "a receiver of pushes that fails": (
        "receiver_that_stumbles",
        "what_fails_is_counted",
        "nobody_there_is_counted",
        "what_went_while_nobody_answered",
        "what_arrived_of_pushes_that_failed",
        "endings_come_though_no_push_ends",
        "who_cannot_be_told_of_the_end",
        "a_receiver_that_hangs_holds_up",
    ),
}


Function = ast.FunctionDef | ast.AsyncFunctionDef


@cache
def tests() -> Sequence[str]:
    """Tests as "file::name", in order. The trees are read once: there are some 300 files."""
    names = []
    for path in sorted(TESTS.rglob("test_*.py")):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        functions = [node for node in ast.walk(tree) if isinstance(node, Function)]
        names += [f"{path.relative_to(TESTS)}::{function.name}" for function in functions]
    return sorted(name for name in names if "::test_" in name)


def tests_of(fault: str, known: Sequence[str]) -> list[str]:
    """The tests that inject a fault."""
    return [test for test in known if re.search("|".join(FAULTS[fault]), test)]


def table() -> str:
    """Fault, and what its tests say comes of it."""
    known = tests()
    rows = []
    for fault in FAULTS:
        cells = []
        for test in tests_of(fault, known):
            file, _, name = test.partition("::")
            cells.append(f"{name.removeprefix('test_').replace('_', ' ')} (`{file}`)")
        rows.append(f"| {fault} | {'; '.join(cells)} |")
    return "\n".join(["| fault | what the tests hold it to |", "|---|---|", *rows])


def written(page: str) -> str:
    """The page with its table as it must be. Raises ValueError where it has no place for it."""
    return MARKS.written(page, table())


if __name__ == "__main__":
    PAGE.write_text(written(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
