"""What phones on a slow line load is compressed, and says so."""

import gzip

from tests.the_office import TheOffice
from tests.the_web import TheWeb

ZIP = {"Accept-Encoding": "gzip, deflate"}


def test_a_phone_gets_its_page_and_styles_compressed_and_who_cannot_read_that_gets_them_plain(
    web: TheWeb, office: TheOffice
) -> None:
    token = web.kiosk().take()["token"]
    client = web.app.test_client()
    for path in (f"/t/{token}", "/static/tokens.css", "/static/fresh.js"):
        plain, small = client.get(path), client.get(path, headers=ZIP)
        assert (plain.headers.get("Content-Encoding"), small.headers["Content-Encoding"]) == (None, "gzip"), path
        assert gzip.decompress(small.data) == plain.data
        assert len(small.data) < len(plain.data) / 2
        assert [answer.headers["Vary"] for answer in (plain, small)] == ["Accept-Encoding"] * 2
    font = client.get("/static/fonts/antrean-numerals-800.woff2", headers=ZIP)
    assert "Content-Encoding" not in font.headers


def test_pages_of_staff_are_never_compressed(web: TheWeb) -> None:
    assert "Content-Encoding" not in web.app.test_client().get("/login", headers=ZIP).headers
