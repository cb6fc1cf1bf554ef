"""Trouble: what somebody reads when a page cannot be shown, and what they can do."""

from flask import Response, render_template, request
from werkzeug.exceptions import HTTPException

from webhook.inbox import refusal
from webhook.pages.chat import again

Answer = tuple[str, int] | Response


def _page(status: int, title: str, sentence: str, *hints: str) -> tuple[str, int]:
    html = render_template("error.html", title=title, sentence=sentence, help=hints)
    return html, status


def _from_platform() -> bool:
    return request.path.startswith("/inbox/")


def not_found(error: HTTPException) -> Answer:
    """Answer for a page, a receipt or an export that is not there."""
    if _from_platform():
        return refusal(404)
    if error.description == "receipt":
        hints = ("回执是 10 个字母和数字，例如 K7M3F-9QX2D。", "看看有没有抄错，再查一次。")
        return _page(404, "没有这个回执", "没有找到这个回执对应的问题。", *hints)
    if error.description == "export":
        hint = "在对话里再发一次“导出我的数据”，会给您新的链接。"
        return _page(404, "这个链接过期了", "为了安全，它只在十分钟里打得开。", hint)
    return _page(404, "没有这个页面", "您要的页面不在这里。", "直接问，或按主题看。")


def refused(error: HTTPException) -> Answer | HTTPException:
    """Answer for any other request that is refused."""
    status = error.code or 500
    if status < 400:  # noqa: PLR2004  # a redirect, such as a missing slash
        return error
    if _from_platform():
        return refusal(status)
    if status == 429:  # noqa: PLR2004
        sentence = "查的次数太多了，十分钟以后再查。有危险先打 110、119、120。"
        return _page(429, "请歇一会儿再查", sentence, "您的回执没有作废。")
    return _page(status, "没能办成", "这个请求我们处理不了。", "回到首页，再试一次。")


def stale_page(_error: Exception) -> Answer:
    """Answer a form without a good CSRF token; a question that was written is not lost."""
    if request.path == "/":
        return again(request.form.get("text", "").strip())
    sentence = "这个页面放得太久了，为了安全没有提交。"
    return _page(400, "请重新打开页面", sentence, "回到上一页刷新，再提交一次。")


def too_large(_error: Exception) -> Answer:
    """Answer for more than anybody types."""
    if _from_platform():
        return refusal(413)
    sentence = "您发的太长了，没有收下。按“返回”，写的还在。"
    return _page(413, "太长了", sentence, "只写要问的那一两句，再发一次。")


def database_away(_error: Exception) -> Answer:
    """Answer while the database is away."""
    sentence = "记录暂时打不开，但常见问题照样能问。"
    return _page(503, "请稍后再试", sentence, "过几分钟再打开这个页面。")


def broken(_error: Exception) -> Answer:
    """Answer for a mistake of ours."""
    return _page(500, "我们出错了", "这是我们的问题，不是您的。", "过几分钟再试一次。")
