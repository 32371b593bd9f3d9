"""The pages: upload → columns → preview → apply, and who may see them."""

from datetime import timedelta
from io import BytesIO

import pytest
from django.contrib.messages.storage.cookie import CookieStorage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpResponse
from django.test import RequestFactory
from django.utils import timezone, translation

from loushi.foundation.core.errors import Denied, NotVisible
from loushi.foundation.core.testing import make_actor
from loushi.foundation.transfer import readers, views
from loushi.foundation.transfer.commands import sweep_batches
from loushi.foundation.transfer.models import ImportBatch, PlaceState, UnplacedRow

from .plots import HOME, NEXT, importing, work

ACTOR = importing()


def call(view, data=None, *, method="get", actor=ACTOR, **kwargs) -> HttpResponse:
    request = getattr(RequestFactory(), method)("/transfer/", data or {})
    request.actor = actor
    request._messages = CookieStorage(request)
    return view(request, **kwargs)


def page(*args, **kwargs) -> str:
    return call(*args, **kwargs).content.decode()


def upload(text: str, name: str = "地块.csv", actor=ACTOR, **data) -> HttpResponse:
    file = SimpleUploadedFile(name, text.encode())
    told = {"unit": HOME} | {name: data.pop(name) for name in ("source", "unit") if name in data}
    answer = call(
        views.upload, {"file": file, **data}, method="post", actor=actor, importer="plots"
    )
    if answer.status_code == 302 and not the_batch().told_source:
        # these actors have no account by which they would see their own uploads
        ImportBatch.objects.unscoped("test").filter(pk=the_batch().pk).update(unit_path=HOME)
        call(views.source, told, method="post", actor=actor, pk=the_batch().pk)
    return answer


def the_batch() -> ImportBatch:
    return ImportBatch.objects.unscoped("test").latest("pk")


def checked(text: str, **data) -> ImportBatch:
    assert upload(text, **data).status_code == 302
    batch = the_batch()
    fields = {f"c{batch.header.index(heading)}": name for name, heading in batch.mapping.items()}
    answer = call(views.columns, fields, method="post", pk=batch.pk)
    assert answer.status_code == 302, answer.content.decode()
    work()
    return the_batch()


def applied(pk: int, **data) -> ImportBatch:
    call(views.apply, data, method="post", pk=pk)
    work()
    return the_batch()


def test_an_empty_list_says_what_to_do(plots):
    text = page(views.listing)
    assert "还没有导入过文件" in text
    assert "导入地块" in text


def test_who_only_looks_on_is_not_told_to_upload(plots):
    text = page(views.listing, actor=make_actor(path=HOME, permissions={"transfer.view"}))
    assert "还没有导入过文件" in text
    assert "您可以查看批次，不能导入" in text
    assert "模板" not in text


def test_somebody_without_importers_sees_none(plots):
    for view in (views.listing, views.waiting):
        with pytest.raises(Denied):
            call(view, actor=make_actor(path=HOME))
    with pytest.raises(NotVisible):
        call(views.upload, actor=make_actor(path=HOME), importer="plots")


def test_upload_columns_check_apply(plots, settings, tmp_path):
    batch = checked("编码,楼名,层数,闲话\nP-1,甲,12,无\nP-2,乙,,\nP-3,丙,半,\n", source="月报")
    assert batch.state == "checked"
    assert batch.unit_label == "望澜商务社区"
    assert not plots().exists()
    text = page(views.batch, pk=batch.pk)
    assert "应用 2 行" in text
    assert "退回的 1 行不动" in text
    assert "看不出数字" in text
    assert call(views.apply, {"partial": "1"}, method="post", pk=batch.pk).status_code == 302
    assert not plots().exists()
    assert "正在应用" in page(views.batch, pk=batch.pk)
    assert work() == 1
    assert [plot.code for plot in plots()] == ["P-1", "P-2"]
    assert the_batch().state == "applied"
    assert not list((tmp_path / "media" / "imports").iterdir())
    assert "这个批次做了什么" in page(views.batch, pk=batch.pk)
    call(views.apply, {"partial": "1"}, method="post", pk=batch.pk)
    assert work() == 0
    assert plots().count() == 2


def test_without_the_explicit_wish_rejected_rows_stop_the_file(plots):
    batch = checked("编码,名称,层数\nP-1,甲,12\nP-3,丙,半\n")
    call(views.apply, method="post", pk=batch.pk)
    assert the_batch().state == "checked"
    assert not plots().exists()


def test_the_preview_shows_old_and_new(plots):
    applied(checked("编码,名称,层数\nP-1,甲,12\nP-2,乙,3\n").pk)
    batch = checked("编码,名称,层数\nP-1,甲,14\nP-2,乙,3\n")
    text = page(views.batch, {"outcome": "changed"}, pk=batch.pk)
    assert "diff-old" in text
    assert "12" in text
    assert "14" in text
    assert "没有这样的行" in page(views.batch, {"outcome": "new"}, pk=batch.pk)
    assert "只计数" in page(views.batch, {"outcome": "unchanged"}, pk=batch.pk)


def test_the_same_source_reuses_the_columns_chosen_last_time(plots):
    upload("编码,叫法,楼龄\nP-1,甲,3\n", source="月报")
    batch = the_batch()
    assert batch.mapping == {"code": "编码"}
    fields = {"c0": "code", "c1": "name", "c2": ""}
    call(views.columns, fields, method="post", pk=batch.pk)
    work()
    assert the_batch().origins == {"编码": "recognised", "叫法": "given"}
    applied(batch.pk)
    upload("编码,叫法,楼龄\nP-2,乙,3\n", source="月报")
    assert the_batch().mapping == {"code": "编码", "name": "叫法"}
    assert set(the_batch().origins.values()) == {"remembered"}


def test_one_field_from_two_columns_is_explained(plots):
    upload("编码,名称,楼名\nP-1,甲,乙\n")
    fields = {"c0": "code", "c1": "name", "c2": "name"}
    answer = call(views.columns, fields, method="post", pk=the_batch().pk)
    assert answer.status_code == 422
    assert "已经由另一列提供" in answer.content.decode()


@pytest.mark.parametrize(
    ("name", "text", "says"),
    [
        ("a.csv", "编码,名称\n", "没有数据"),
        ("a.pdf", "x", "只能导入"),
        ("a.xls", "x", "另存为 xlsx"),
        ("a.xlsx", "x", "已损坏"),
        ("a.csv", "编码,名称\n\x00,1", "二进制"),
    ],
)
def test_unreadable_files_are_refused_beside_the_field(plots, tmp_path, name, text, says):
    answer = upload(text, name)
    assert answer.status_code == 422
    assert says in answer.content.decode()
    assert not ImportBatch.objects.unscoped("test").exists()
    assert not list((tmp_path / "media" / "imports").iterdir())


def test_a_repeated_upload_with_the_same_key_makes_one_batch(plots):
    upload("编码,名称\nP-1,甲\n", key="k" * 24)
    upload("编码,名称\nP-1,甲\n", key="k" * 24)
    assert ImportBatch.objects.unscoped("test").count() == 1


def test_a_cancelled_batch_cannot_be_applied(plots, tmp_path):
    batch = checked("编码,名称\nP-1,甲\n")
    call(views.cancel, method="post", pk=batch.pk)
    assert the_batch().state == "cancelled"
    assert not list((tmp_path / "media" / "imports").iterdir())
    call(views.apply, method="post", pk=batch.pk)
    assert not plots().exists()
    assert "已取消" in page(views.batch, pk=batch.pk)


def test_forgotten_batches_are_cancelled_after_a_month(plots, tmp_path):
    batch = checked("编码,名称\nP-1,甲\n")
    batch.created_at = timezone.now() - timedelta(days=31)
    batch.save()
    assert sweep_batches() == 1
    assert the_batch().state == "cancelled"
    assert not list((tmp_path / "media" / "imports").iterdir())
    checked("编码,名称\nP-1,甲\n")
    assert sweep_batches() == 0
    assert the_batch().state == "checked"


def test_batches_of_the_neighbour_do_not_exist(plots):
    batch = checked("编码,名称\nP-1,甲\n")
    neighbour = importing(NEXT, None)
    assert batch.number not in page(views.listing, actor=neighbour)
    for view, method in ((views.batch, "get"), (views.apply, "post"), (views.cancel, "post"),
                         (views.rejected, "get"), (views.columns, "get")):  # fmt: skip
        with pytest.raises(NotVisible):
            call(view, method=method, actor=neighbour, pk=batch.pk)
    assert not plots().exists()
    assert the_batch().state == "checked"


def test_an_auditor_sees_but_cannot_apply(plots):
    from loushi.foundation.core.errors import Denied

    batch = checked("编码,名称\nP-1,甲\n")
    auditor = make_actor(None, path=HOME, permissions=["transfer.view"])
    assert batch.number in page(views.listing, actor=auditor)
    with pytest.raises(Denied):
        call(views.apply, method="post", actor=auditor, pk=batch.pk)
    assert not plots().exists()


def test_the_return_sheet_can_be_downloaded(plots, tmp_path):
    batch = checked("编码,名称,层数\nP-1,甲,12\nP-3,丙,半\n")
    answer = call(views.rejected, pk=batch.pk)
    path = tmp_path / "back.xlsx"
    path.write_bytes(b"".join(answer.streaming_content))
    table = readers.read(path)
    assert table.header == ["编码", "名称", "层数", "原因"]
    assert table.rows[0][1][:3] == ["P-3", "丙", "半"]
    with pytest.raises(NotVisible):
        call(views.rejected, pk=checked("编码,名称\nP-1,甲\n").pk)


def test_the_template_is_recognised_by_its_own_reader(plots, tmp_path):
    answer = call(views.template, importer="plots")
    path = tmp_path / "t.xlsx"
    path.write_bytes(b"".join(answer.streaming_content))
    with pytest.raises(readers.UnreadableFile, match="没有数据"):
        readers.read(path, frozenset({"编码", "名称"}))


def test_a_waiting_row_is_placed_through_its_importer(plots):
    batch = checked("编码,名称,社区,层数\nP-1,甲,无名社区,7\n")
    assert "1 行进入待归位" in page(views.batch, pk=batch.pk)
    applied(batch.pk)
    row = UnplacedRow.objects.unscoped("test").get()
    assert "无名社区" in page(views.waiting)
    assert "无名社区" in page(views.waiting_row, pk=row.pk)
    wrong = call(views.waiting_row, {"unit": ""}, method="post", pk=row.pk)
    assert wrong.status_code == 422
    call(views.waiting_row, {"unit": HOME}, method="post", pk=row.pk)
    plot = plots().get()
    assert (plot.code, plot.floors, plot.unit_path) == ("P-1", 7, HOME)
    row.refresh_from_db()
    assert (row.state, row.object_id) == (PlaceState.PLACED, plot.pk)
    assert "没有待归位的行" in page(views.waiting)


def test_a_waiting_row_is_dropped_only_with_a_reason(plots):
    batch = checked("编码,名称,社区\nP-1,甲,无名社区\n")
    applied(batch.pk)
    row = UnplacedRow.objects.unscoped("test").get()
    assert call(views.drop, {"note": " "}, method="post", pk=row.pk).status_code == 422
    assert UnplacedRow.objects.unscoped("test").get().state == PlaceState.WAITING
    call(views.drop, {"note": "重复登记"}, method="post", pk=row.pk)
    row.refresh_from_db()
    assert (row.state, row.note) == (PlaceState.DROPPED, "重复登记")
    with pytest.raises(NotVisible):
        call(views.waiting_row, actor=importing(NEXT), pk=row.pk)


def test_long_results_are_paged(plots):
    lines = "\n".join(f"P-{i},甲" for i in range(120))
    batch = checked(f"编码,名称\n{lines}\n")
    first = page(views.batch, pk=batch.pk)
    assert "1–50" in first
    assert "P-51" not in first
    second = page(views.batch, {"after": "51"}, pk=batch.pk)
    assert "51–100" in second
    back = page(views.batch, {"before": "52"}, pk=batch.pk)
    assert "1–50" in back


def test_workbooks_with_two_sheets(plots):
    import xlsxwriter

    out = BytesIO()
    book = xlsxwriter.Workbook(out)
    for name, headings, row in (
        ("说明", ("请填写", "谢谢"), ("", "")),
        ("登记", ("编码", "名称"), ("P-1", "甲")),
    ):
        sheet = book.add_worksheet(name)
        for place in (0, 1):
            sheet.write_string(2, place, headings[place])
            sheet.write_string(3, place, row[place])
    book.close()
    file = SimpleUploadedFile("a.xlsx", out.getvalue())
    call(views.upload, {"file": file}, method="post", importer="plots")
    batch = the_batch()
    assert (batch.sheet, batch.header_row, batch.total) == ("登记", 3, 1)


def test_lists_take_the_same_queries_however_long_they_are(plots, same_queries):
    def more_batches(count):
        for _number in range(count):
            upload(f"编码,名称\nP-{count}-{_number},甲\n")

    same_queries(lambda: page(views.listing), more_batches)

    def more_waiting(count):
        start = UnplacedRow.objects.unscoped("test").count()
        lines = "\n".join(f"W-{start + n},甲,无名社区" for n in range(count))
        applied(checked(f"编码,名称,社区\n{lines}\n").pk)

    same_queries(lambda: page(views.waiting), more_waiting)


def test_a_row_to_confirm_asks_under_the_row_and_takes_a_note(plots, monkeypatch):
    from .plots import PlotImporter

    def check_change(self, row):
        if row.get("floors") == 99:
            row.confirm("floors", "99 层，请说明", kind="层数很多")
            row.hint("name", "看看名称")

    monkeypatch.setattr(PlotImporter, "check_change", check_change)
    batch = checked("编码,名称,层数\nP-1,甲,99\nP-2,乙,2\nP-3,丙,99\n", source="月报")
    text = page(views.batch, {"outcome": "confirm"}, pk=batch.pk)
    assert "99 层，请说明" in text
    assert "给还没说明的 2 处写同一句说明" in text
    assert "看看名称" in page(views.batch, {"outcome": "hint"}, pk=batch.pk)
    call(
        views.note,
        {"row": "2", "note": "图纸如此", "outcome": "confirm"},
        method="post",
        pk=batch.pk,
    )
    assert "“图纸如此”" in page(views.batch, pk=batch.pk)
    assert "还有 1 处" in page(views.batch, {"outcome": "open"}, pk=batch.pk)
    call(views.note, {"row": "2", "note": ""}, method="post", pk=batch.pk)
    call(views.note, {"kind": "层数很多", "note": "都是图纸"}, method="post", pk=batch.pk)
    applied(batch.pk)
    assert plots().count() == 3
    call(views.roll_back, method="post", pk=batch.pk)
    work()
    assert "撤回会改动什么" in page(views.roll_back, pk=batch.pk)
    assert call(views.roll_back, {"why": ""}, method="post", pk=batch.pk).status_code == 422
    call(views.roll_back, {"why": "旧表"}, method="post", pk=batch.pk)
    work()
    assert "现已撤回" in page(views.batch, pk=batch.pk)
    assert not plots().exists()


def test_remarks_are_in_the_language_of_who_uploaded(plots):
    text = "编码,楼名,层数\nP-1,甲,半\n"
    chinese = page(views.batch, pk=checked(text).pk)
    with translation.override("en"):
        upload(text)
        batch = the_batch()
        fields = {
            f"c{batch.header.index(heading)}": name for name, heading in batch.mapping.items()
        }
        call(views.columns, fields, method="post", pk=batch.pk)
    work()  # the worker's own language is Chinese
    with translation.override("en"):
        english = page(views.batch, pk=batch.pk)
    assert "看不出数字" in chinese
    assert "看不出数字" not in english
    assert "Not readable as a number" in english
