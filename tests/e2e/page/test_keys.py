from __future__ import annotations

from typing import Any

import httpx

from layouts.page import go, heading


def test_make_rotate_and_revoke(visit: Any, desk: Any) -> None:
    def status(secret: str) -> int:
        return httpx.get(
            f"{desk.url}/v1/whoami", headers={"Authorization": f"Bearer {secret}"}
        ).status_code

    page = visit(None)
    go(page, "Keys")
    page.get_by_role("button", name="Make a key").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Name", exact=True).fill("front door")
    dialog.get_by_label("people", exact=True).check()
    dialog.get_by_role("button", name="Make", exact=True).click()
    first = page.get_by_label("Secret", exact=True).input_value()
    assert status(first) == 200
    page.get_by_role("button", name="I have kept it").click()
    row = page.get_by_role("row", name="front door")
    assert row.get_by_role("cell").nth(2).inner_text() == "people"
    assert first not in page.content()

    page.get_by_role("button", name="New secret for front door").click()
    dialog.get_by_role("button", name="New secret").click()
    second = page.get_by_label("Secret", exact=True).input_value()
    page.get_by_role("button", name="I have kept it").click()
    assert (status(first), status(second)) == (401, 200)

    page.get_by_role("button", name="Revoke front door").click()
    dialog.get_by_role("button", name="Cancel").click()
    assert status(second) == 200
    page.get_by_role("button", name="Revoke front door").click()
    dialog.get_by_role("button", name="Revoke").click()
    row.get_by_text("revoked").wait_for()
    assert status(second) == 401


def test_revoking_ones_own_key_logs_out(visit: Any) -> None:
    page = visit(None)
    go(page, "Keys")
    row = page.get_by_role("row").filter(has_text="you use it now")
    row.get_by_role("button", name="Revoke").click()
    page.get_by_role("dialog").get_by_role("button", name="Revoke").click()
    heading(page, "Log in")
