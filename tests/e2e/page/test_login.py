from __future__ import annotations

from typing import Any

from layouts.page import go, heading, there_are


def test_a_wrong_key_is_told_in_words(visit: Any) -> None:
    page = visit(log_in=False)
    heading(page, "Log in")
    page.get_by_label("API key").fill("fmk_00000000_" + "x" * 43)
    page.get_by_role("button", name="Log in").click()
    assert "This is not a key of this service." in page.get_by_role("alert").inner_text()
    assert page.evaluate("document.activeElement.type") == "password"


def test_a_session_lasts_over_a_reload_and_ends_with_log_out(visit: Any) -> None:
    page = visit("people")
    (cookie,) = page.context.cookies()
    assert cookie["httpOnly"] and cookie["sameSite"] == "Strict" and not cookie["secure"]
    assert page.evaluate("document.cookie") == ""
    page.reload()
    heading(page, "People")
    page.get_by_role("button", name="Log out").click()
    heading(page, "Log in")
    assert page.context.cookies() == []


def test_a_revoked_key_ends_the_session(visit: Any, desk: Any) -> None:
    page = visit(log_in=False)
    key_id, secret = desk.key("people")
    page.get_by_label("API key").fill(secret)
    page.keyboard.press("Enter")
    heading(page, "People")
    go(page, "Compare")  # which asks for nothing: what the page asks by itself ends a session too
    desk.keys.revoke(key_id)
    page.get_by_role("navigation").get_by_role("link", name="System").click()
    heading(page, "Log in")
    assert page.get_by_text("Your session has ended").is_visible()


def test_it_says_that_the_session_has_ended_until_somebody_logs_in(visit: Any, desk: Any) -> None:
    page = visit(log_in=False)
    key_id, secret = desk.key("people")
    page.get_by_label("API key").fill(secret)
    page.keyboard.press("Enter")
    heading(page, "People")
    desk.keys.revoke(key_id)
    page.evaluate(
        "import('./static/api.js').then(({ ask }) =>"
        " ask('GET', 'v1/galleries', { byItself: true }).catch(() => null))"
    )
    heading(page, "Log in")
    there_are(1, page.get_by_text("Your session has ended"))
    page.evaluate("location.hash = '#/compare'")
    page.wait_for_function("document.activeElement.type === 'password'")
    there_are(1, page.get_by_text("Your session has ended"))
    page.get_by_label("Language").select_option("ko")
    there_are(1, page.get_by_text("세션이 끝났습니다"))
    page.locator("select").select_option("en")
    page.get_by_label("API key").fill(desk.key("people")[1])
    page.keyboard.press("Enter")
    heading(page, "Compare")
    page.get_by_role("button", name="Log out").click()
    heading(page, "Log in")
    there_are(0, page.get_by_text("Your session has ended"))


def test_the_menu_has_what_the_key_allows(visit: Any) -> None:
    page = visit("people", scopes=("read",))
    links = page.get_by_role("navigation").get_by_role("link").all_inner_texts()
    assert links == ["People", "Identify", "Compare", "Group photos", "Live", "System"]
    there_are(0, page.get_by_role("link", name="Add a person"))
    page.goto(page.url.split("#")[0] + "#/keys")
    assert "admin is needed" in page.get_by_role("main").inner_text()
    go(page, "System")
    there_are(0, page.get_by_role("heading", name="Service"))
