"""Questions that change nothing, to learn what an account may do. Source of all shapes: WeChat docs, read 2026-10."""

from massctl.apply.ports import CallQuota
from massctl.wechat.answer import integer
from massctl.wechat.members import Members, ShapeError, count
from massctl.wechat.wire import Request, json_content


def draft_count_request() -> Request[int]:
    """Count the drafts (WeChat docs, "draft/count")."""
    return Request("/cgi-bin/draft/count", lambda members: count(members, "total_count"))


def material_count_request() -> Request[int]:
    """Count the permanent pictures (WeChat docs, "material/get_materialcount")."""
    return Request("/cgi-bin/material/get_materialcount", lambda members: count(members, "image_count"))


def call_quota_request(path: str) -> Request[CallQuota]:
    """Ask how many calls of an API are left today (WeChat docs, "openapi/quota/get"); `path` begins with a slash."""
    return Request("/cgi-bin/openapi/quota/get", _quota, json_content({"cgi_path": path}))


def _quota(members: Members) -> CallQuota:
    quota = members.get("quota")
    if not isinstance(quota, dict):
        raise ShapeError
    remaining = integer(quota.get("remain"))
    if remaining is None:
        raise ShapeError
    return CallQuota(count(quota, "daily_limit"), max(0, remaining))
