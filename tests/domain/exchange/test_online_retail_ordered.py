"""What the preset brought in is a portal that its customers can use: people, a store and stock from CSV files."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import Engine

from portal.exchange.online_retail.preset import import_online_retail
from portal.verification.run import verify
from tests.builders import PASSWORD
from tests.domain.exchange.test_online_retail import HEADER
from tests.import_files import Folder, column, fingerprint, scalar
from tests.page import PageClient

LINES = (
    "541711,22423,REGENCY CAKESTAND 3 TIER,24,2011-01-21 11:34:00,10.95,14646,Netherlands",
    "541711,22629,SPACEBOY LUNCH BOX,48,2011-01-21 11:34:00,1.65,14646,Netherlands",
    "541711,POST,,1,2011-01-21 11:34:00,0.001,14646,Netherlands",
    "C541712,22629,SPACEBOY LUNCH BOX,-2,2011-01-22 11:34:00,1.65,14646,Netherlands",
    "541713,22629,SPACEBOY LUNCH BOX,12,2011-01-23 11:34:00,1.95,12415,Australia",
    "541714,GIFT,,56,2011-01-23 11:40:00,0.00,,United Kingdom",
)


def portal_with_people(engine: Engine, tmp_path: Path) -> Folder:
    """The wholesaler's orders, then a store with stock and a buyer of customer 14646."""
    path = tmp_path / "retail.csv"
    path.write_text("\n".join([HEADER, *LINES, ""]), encoding="utf-8")
    assert import_online_retail(engine, path).rejected == 0
    folder = Folder(tmp_path / "people").only("stores", "store_hours", "users")
    folder.rows["users"] = [row for row in folder.rows["users"] if row["kind"] == "customer"]
    folder.add("memberships", company_code="14646")
    folder.add("stock", sku="22423", on_hand="30")
    folder.add("stock", sku="22629", on_hand="1000")
    assert folder.load(engine).rejected == 0
    return folder


def test_a_buyer_sees_the_history_and_orders_again(
    engine: Engine, client: PageClient, tmp_path: Path
) -> None:
    portal_with_people(engine, tmp_path)
    client.sign_in("buyer@demo.example", PASSWORD)
    client.get("/orders")
    assert "541711" in client.text
    assert "541713" not in client.text  # another customer's
    client.get("/orders/541711")
    for words in ("REGENCY CAKESTAND 3 TIER", "SPACEBOY LUNCH BOX", "£10.95", "£342.00"):
        assert words in client.text, words
    client.get("/orders/C541712")
    assert "-£3.30" in client.text
    for other in ("541713", "541714"):
        client.get(f"/orders/{other}", status=404)
    client.get("/orders/541711/reorder")
    client.follow(client.post("/orders/541711/reorders", {"everything": "1"}))
    assert "SPACEBOY LUNCH BOX" in client.text
    assert column(engine, "select quantity from draft_line order by position") == [24, 48, 1]
    assert verify(engine).findings == []


def test_bought_before_counts_orders_not_credits(engine: Engine, tmp_path: Path) -> None:
    portal_with_people(engine, tmp_path)
    assert column(
        engine,
        "select v.sku || ' ' || b.times || ' ' || b.total_quantity from bought b join variant v on v.id = b.variant_id "
        "join company c on c.id = b.company_id where c.code = '14646' order by 1",
    ) == ["22423 1 24", "22629 1 48", "POST 1 1"]


def test_importing_again_leaves_what_people_did(engine: Engine, client: PageClient, tmp_path: Path) -> None:
    folder = portal_with_people(engine, tmp_path)
    client.sign_in("buyer@demo.example", PASSWORD)
    client.post("/orders/541711/reorders", {"everything": "1"})
    before = fingerprint(engine)
    assert not import_online_retail(engine, tmp_path / "retail.csv").wrote
    assert not folder.load(engine).wrote
    assert fingerprint(engine) == before
    assert scalar(engine, "select count(*) from draft_line") == 3
