"""What vulncore.fetching.web promises: whole answers or one sentence, whatever a site does."""

import io
import os
import socket

import pytest

from tests.fetching.local_site import HASTY, Served
from vulncore.domain.errors import NotThereError, UnreachableSiteError
from vulncore.fetching.web import ChangedFileError, Patience, Web

URL = "https://data.police.uk/data/x.bin"
PATH = "/data.police.uk/data/x.bin"
CONTENT = os.urandom(5_000_000)


def transferred(web: Web, **more: object) -> bytes:
    sink = io.BytesIO(more.pop("held", b""))
    web.transfer(URL, sink, 10_000_000, **more)
    return sink.getvalue()


def test_a_mirror_stands_in_for_every_site_by_its_name(site, web):
    site.served["/www.gov.uk/api/a"] = Served(b'{"a": 1}', "application/json")
    site.served["/data.police.uk/b"] = Served(b"\xef\xbb\xbfpage", "text/html")
    assert web.json("https://www.gov.uk/api/a") == {"a": 1}
    assert web.text("https://data.police.uk/b") == "page"


def test_a_connection_that_breaks_in_the_middle_is_taken_up_there(site, web):
    site.served[PATH] = Served(CONTENT, break_after=[2_000_000, 2_000_000])
    assert transferred(web) == CONTENT
    ranges = [headers.get("Range") for _, headers in site.asked_for]
    assert ranges[0] is None
    assert [int(text.removeprefix("bytes=").rstrip("-")) for text in ranges[1:]] == [2_000_000, 4_000_000]
    assert all(headers["If-Range"] == '"1"' for _, headers in site.asked_for[1:])


def test_a_part_that_breaks_in_the_middle_is_taken_up_there(site, web):
    site.served[PATH] = Served(CONTENT, break_after=[100])
    assert transferred(web, part=(1_000, 1_999)) == CONTENT[1_000:2_000]
    assert [headers["Range"] for _, headers in site.asked_for] == ["bytes=1000-1999", "bytes=1100-1999"]


def test_what_changed_meanwhile_is_fetched_from_its_beginning(site, web):
    site.served[PATH] = Served(CONTENT, tag='"2"')
    assert transferred(web, held=b"of another version", validator='"1"') == CONTENT


def test_a_part_of_what_changed_is_refused(site, web):
    site.served[PATH] = Served(CONTENT, tag='"2"')
    with pytest.raises(ChangedFileError, match=r"has changed\. Run the command again"):
        transferred(web, part=(0, 9), validator='"1"')


@pytest.mark.parametrize("tag", ['"1"', 'W/"1"', None], ids=["strong", "weak", "no validator"])
def test_what_is_here_beyond_its_end_is_thrown_away(site, web, tag):
    site.served[PATH] = Served(CONTENT, tag=tag)
    assert transferred(web, held=CONTENT + b"more", validator='"1"') == CONTENT


@pytest.mark.parametrize(
    "tag", ['W/"1"', None, '"é"', '"' + "1" * 300 + '"'], ids=["weak", "no validator", "not ASCII", "long"]
)
def test_without_a_validator_nothing_is_taken_up_in_the_middle(site, web, tag):
    site.served[PATH] = Served(CONTENT, tag=tag, break_after=[2_000_000])
    assert transferred(web) == CONTENT
    assert all("Range" not in headers for _, headers in site.asked_for)


def test_without_a_validator_a_site_that_always_breaks_off_is_given_up(site, web):
    site.served[PATH] = Served(CONTENT, tag=None, break_after=[2_000_000] * 10)
    with pytest.raises(
        UnreachableSiteError, match=r"breaks off again and again: .* did not come|in the middle"
    ):
        transferred(web)
    assert len(site.asked_for) == HASTY.tries


def test_a_site_that_is_busy_is_asked_again(site, web):
    site.served[PATH] = Served(CONTENT, first_answers=[503, 429])
    assert transferred(web) == CONTENT


def test_a_site_that_stays_busy_is_given_up_in_a_sentence(site, web):
    site.served[PATH] = Served(CONTENT, first_answers=[503] * 10)
    with pytest.raises(
        UnreachableSiteError, match=r"does not answer as it should \(answer 503.*Try again later"
    ):
        transferred(web)
    assert len(site.asked_for) == HASTY.tries


@pytest.mark.parametrize("status", [403, 404, 410])
def test_what_is_not_there_is_said_at_once(site, web, status):
    site.served[PATH] = Served(first_answers=[status])
    with pytest.raises(NotThereError, match=rf"has nothing at .*/data/x\.bin \(answer {status}\)"):
        transferred(web)
    assert len(site.asked_for) == 1


def test_a_site_that_is_silent_is_given_up(site, web):
    site.served[PATH] = Served(b"abcdef", pause=2)
    with pytest.raises(UnreachableSiteError, match="breaks off again and again"):
        transferred(web)


def test_a_body_that_trickles_is_given_up(site, web):
    site.served[PATH] = Served(b"x" * 1_000, pause=0.02)
    with pytest.raises(UnreachableSiteError, match="bytes a second came"):
        transferred(web)


def test_more_bytes_than_may_be_are_refused_before_they_come(site, web):
    site.served[PATH] = Served(CONTENT)
    sink = io.BytesIO()
    with pytest.raises(UnreachableSiteError, match="more than 1,000 bytes"):
        web.transfer(URL, sink, 1_000)
    assert sink.getvalue() == b""


def test_a_page_in_the_place_of_a_file_is_told_from_it(site, web):
    site.served[PATH] = Served(b"<!doctype html><p>Sign in", "text/html; charset=utf-8")
    with pytest.raises(
        UnreachableSiteError, match=r"answers with a web page where a file should be\. A proxy"
    ):
        transferred(web)
    with pytest.raises(UnreachableSiteError, match=r"a web page where data \(JSON\) should be"):
        web.json(URL)


@pytest.mark.parametrize("text", [b"{", b"[" * 100_000, b"\xff\xfe"], ids=["cut short", "deep", "no text"])
def test_what_is_no_json_is_said_to_be_something_else(site, web, text):
    site.served[PATH] = Served(text, "application/json")
    with pytest.raises(UnreachableSiteError, match="answers with something else"):
        web.json(URL)


def test_where_nobody_listens_the_sentence_says_what_to_do():
    with pytest.raises(UnreachableSiteError) as refusal:
        Web("http://127.0.0.1:9", HASTY).text(URL)
    assert str(refusal.value) == (
        "There is no way to 127.0.0.1:9 from here: nothing answers there. Check that this machine reaches the internet; behind a "
        "proxy, set HTTPS_PROXY to its address. Otherwise fetch on a machine that does, and bring the folder here."
    )


def test_a_name_that_nobody_knows_is_said_to_be_that(monkeypatch):
    for name in ("HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.delenv(name, raising=False)

    def no_name(*_: object, **__: object) -> None:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr("socket.getaddrinfo", no_name)
    with pytest.raises(
        UnreachableSiteError, match=r"no way to data\.police\.uk from here: its name cannot be looked up\."
    ):
        Web(None, HASTY).text(URL)


def test_a_proxy_of_the_environment_is_asked(site, monkeypatch):
    for name in ("NO_PROXY", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HTTPS_PROXY", site.address)
    monkeypatch.setenv("https_proxy", site.address)
    with pytest.raises(
        UnreachableSiteError, match=r"no way to data\.police\.uk from here: the proxy does not lead there"
    ):
        Web(None, HASTY).text(URL)
    assert site.paths()[0] == "CONNECT data.police.uk:443"


@pytest.mark.parametrize("address", ["http://example.org", "ftp://127.0.0.1", "example.org", "https://"])
def test_only_https_or_this_machine_is_fetched_from(address):
    with pytest.raises(UnreachableSiteError, match="begins with https://"):
        Web(address)


def test_a_redirect_to_plain_http_elsewhere_is_not_followed(site, web):
    site.served[PATH] = Served(leads_to="http://example.org/x.bin")
    with pytest.raises(UnreachableSiteError, match=r"http://example\.org is not encrypted"):
        transferred(web)


def test_a_redirect_keeps_the_part_that_is_wanted(site, web):
    site.served[PATH] = Served(leads_to=f"{site.address}/store/x.bin")
    site.served["/store/x.bin"] = Served(CONTENT)
    assert transferred(web, part=(5, 9)) == CONTENT[5:10]


def test_a_redirect_in_circles_is_given_up(site, web):
    site.served[PATH] = Served(leads_to=f"{site.address}{PATH}")
    with pytest.raises(UnreachableSiteError, match="round in circles"):
        transferred(web)


def test_the_default_patience_is_that_of_a_person():
    patience = Patience()
    assert patience.connecting <= 30
    assert patience.silent <= 120
    assert 3 <= patience.tries <= 10
