"""The picture that lies under a plan to be traced stays in the browser, and its scripts don't run."""

import re

from playwright.sync_api import FilePayload, Page, Request, expect

from accounts.models import User
from e2e.tests.designer import DesignerPage, new_plan
from e2e.tests.visitors import Visitors

SVG = b"""<svg xmlns="http://www.w3.org/2000/svg" width="200" height="100" onload="parent.ran = 1">
<script>parent.ran = top.ran = window.ran = 1</script><rect width="200" height="100" fill="#f00"/></svg>"""
RED = """() => {
  const canvas = document.getElementById("plan-canvas");
  const [r, g, b] = canvas.getContext("2d").getImageData(canvas.width / 2 + 20, canvas.height / 3, 1, 1).data;
  return r > g + 60 && r > b + 60;
}"""


def choose(page: Page, name: str, kind: str, content: bytes) -> None:
    field = page.get_by_label("SVG, PNG or JPEG")
    field.set_input_files(FilePayload(name=name, mimeType=kind, buffer=content))


def test_a_picture_is_shown_kept_and_never_sent_and_its_scripts_do_not_run(visitors: Visitors, carol: User) -> None:
    designer = DesignerPage(visitors, carol, new_plan(carol))
    page = designer.page
    designer.start_empty()
    designer.saved()
    sent: list[Request] = []
    page.on("request", lambda request: sent.append(request) if request.method != "GET" else None)

    choose(page, "hall.svg", "image/svg+xml", SVG)
    designer.field("Its width (cm)").fill("4000")
    page.wait_for_function(RED)
    designer.field("How strong").fill("5")
    page.wait_for_function(f"() => !({RED})()")
    designer.field("How strong").fill("90")
    assert page.evaluate("window.ran") is None

    page.reload()
    designer.wait()
    expect(page.get_by_role("dialog")).to_be_hidden()  # how to start was asked before
    page.wait_for_function(RED)
    assert not sent
    page.get_by_role("button", name="Remove the picture").click()
    page.wait_for_function(f"() => !({RED})()")


def test_a_file_that_is_no_picture_is_refused_with_a_reason(visitors: Visitors, carol: User) -> None:
    visitors.allow_error("ERR_INVALID_URL|data:")
    designer = DesignerPage(visitors, carol, new_plan(carol))
    designer.start_empty()
    choose(designer.page, "plan.pdf", "application/pdf", b"%PDF-1.7")
    expect(designer.page.get_by_text("Choose a picture: SVG, PNG or JPEG.")).to_be_visible()
    choose(designer.page, "plan.png", "image/png", b"not a picture")
    expect(designer.page.get_by_text(re.compile("can’t show this picture"))).to_be_visible()
