"""Files and uploads belong to whom the server gave their addresses."""

import sys
import time

import pytest
import streamlit as st
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.exceptions import ConnectionClosedError
from websockets.sync.client import ClientConnection

from tests.pages.conftest import ROOT
from vulncore.access.audit import audit_lines

pytestmark = pytest.mark.browser

LINK = "dataset=demo"


class Talk:
    """A page's connection, as a browser talks: what it is sent, and what it asks."""

    def __init__(self, websocket: ClientConnection) -> None:
        self.websocket = websocket
        self.session = ""

    def ask(self, message: BackMsg) -> None:
        self.websocket.send(message.SerializeToString())

    def open(self, page: str) -> list[str]:
        """Open a page, and return which files its buttons make."""
        self.ask(BackMsg(rerun_script={"query_string": LINK, "page_name": page}))
        files = []
        while True:
            answer = ForwardMsg.FromString(self.websocket.recv(timeout=120))
            if answer.delta.new_element.WhichOneof("type") == "download_button":
                files.append(answer.delta.new_element.download_button.deferred_file_id)
            if answer.WhichOneof("type") == "new_session":
                self.session = answer.new_session.initialize.session_id
            if answer.WhichOneof("type") == "script_finished":
                return files

    def make(self, file: str) -> str:
        """Press the button of a download, and return the address of its file."""
        self.press(file)
        while True:
            answer = ForwardMsg.FromString(self.websocket.recv(timeout=60))
            if answer.WhichOneof("type") == "backend_operation_response":
                return answer.backend_operation_response.deferred_file.url

    def press(self, file: str) -> None:
        request = {"request_id": "1", "session_id": self.session, "deferred_file": {"file_id": file}}
        self.ask(BackMsg(backend_operation_request=request))

    def kinds_while_it_opens(self, page: str) -> list[str]:
        """Open a page, and return the kinds of what was sent until it had run."""
        self.ask(BackMsg(rerun_script={"query_string": LINK, "page_name": page}))
        kinds = [""]
        while kinds[-1] != "script_finished":
            kinds.append(ForwardMsg.FromString(self.websocket.recv(timeout=120)).WhichOneof("type"))
        return kinds


def until_closed(websocket: ClientConnection) -> tuple[list[str], int]:
    """Return the kinds of what is still sent, and the code with which the connection then ends."""
    kinds = []
    try:
        while True:
            kinds.append(ForwardMsg.FromString(websocket.recv(timeout=60)).WhichOneof("type"))
    except ConnectionClosedError as end:
        return kinds, end.rcvd.code


@pytest.fixture(scope="module")
def talks(signed):
    """A page of an analyst, and one of a viewer who looks at something else."""
    with signed.websocket("analyst") as one, signed.websocket("viewer") as another:
        analyst, viewer = Talk(one), Talk(another)
        files = analyst.open("overview")
        viewer.open("methods")
        yield analyst, viewer, files


@pytest.fixture(scope="module")
def address(talks):
    """The address of a file that the analyst had made."""
    analyst, _, files = talks
    made = analyst.make(files[0])
    assert made, files
    return made


def test_who_had_a_file_made_gets_it_and_the_log_says_so(signed, address):
    answer = signed.client("analyst").get(f"{signed.url}{address}")
    assert answer.status_code == 200
    assert "no-store" in answer.headers["Cache-Control"]
    assert len(answer.content) > 500
    line = [line for line in audit_lines(signed.store) if line["what"] == "downloaded"][-1]
    assert line["who"] == "analyst@force.test"
    assert line["file"] in answer.headers["Content-Disposition"]


@pytest.mark.parametrize("person", ["viewer", "administrator", "nobody", None])
def test_the_address_of_a_download_cannot_be_shared(signed, address, person):
    answer = signed.client(person).get(f"{signed.url}{address}")
    assert answer.status_code in (401, 404)
    assert len(answer.content) < 100


def test_figures_for_programs_are_for_who_is_signed_in_and_are_recorded(signed):
    asked = f"{signed.url}/api/figures?dataset=demo&month=2024-10"
    assert signed.client(None).get(asked).status_code == 401
    assert signed.client("nobody").get(asked).status_code == 401
    answer = signed.client("viewer").get(asked)
    assert (answer.status_code, answer.json()["as_at"]) == (200, "2024-10")
    assert "no-store" in answer.headers["Cache-Control"]
    line = [line for line in audit_lines(signed.store) if line["what"] == "downloaded"][-1]
    assert (line["who"], line["file"], line["choices"]["month"]) == (
        "viewer@force.test",
        "api/figures",
        "2024-10",
    )


def test_a_button_of_anothers_page_makes_nothing(talks):
    analyst, viewer, _ = talks
    files = analyst.open("overview")
    for file in files:
        viewer.press(file)
    assert analyst.make(files[0])  # meanwhile the other's would have been made as well
    kinds = [kind for page in ("overview", "methods") for kind in viewer.kinds_while_it_opens(page)]
    assert "delta" in kinds
    assert "backend_operation_response" not in kinds


def put(signed, person, session, size=10, name="one"):
    client = signed.client(person)
    answer = client.get(f"{signed.url}/_stcore/health")
    token = answer.cookies.get("_streamlit_xsrf", "")
    client.headers["Cookie"] = f"{client.headers.get('Cookie', '')}; _streamlit_xsrf={token}"
    return client.put(
        f"{signed.url}/_stcore/upload_file/{session}/{name}",
        files={"file": ("a.csv", b"a" * size)},
        headers={"X-Xsrftoken": token},
    )


def test_who_may_publish_sends_a_file_to_their_session_and_nobody_else_does(signed, talks):
    analyst, viewer, _ = talks
    assert put(signed, "analyst", analyst.session).status_code == 204
    assert put(signed, "administrator", analyst.session).status_code == 403
    assert put(signed, "viewer", analyst.session).status_code == 403
    assert put(signed, "viewer", viewer.session).status_code == 403
    assert put(signed, None, analyst.session).status_code == 401
    assert put(signed, "analyst", "made-up").status_code == 403


def test_uploads_of_a_session_are_bound(signed, talks):
    session = talks[0].session
    assert [put(signed, "analyst", session, 160_000_000, name).status_code for name in "abc"] == [
        204,
        204,
        413,
    ]


def test_another_persons_session_is_not_gone_on_with(signed, talks):
    analyst, _, _ = talks
    with signed.websocket("viewer", again=analyst.session) as websocket:
        taken = Talk(websocket)
        taken.open("methods")
        assert taken.session not in ("", analyst.session)


def test_a_sign_in_that_ends_ends_an_open_page_with_its_next_step(signed):
    ends = time.time() + 4
    with signed.websocket("viewer", exp=ends) as websocket:
        talk = Talk(websocket)
        talk.open("methods")
        time.sleep(max(ends - time.time(), 0) + 0.1)
        talk.ask(BackMsg(rerun_script={"query_string": LINK, "page_name": "overview"}))
        kinds, code = until_closed(websocket)
    assert (kinds[-1], code) == ("auth_redirect", 1008)
    assert not {"delta", "new_session"} & set(kinds)


def test_a_role_that_is_taken_away_ends_an_open_page_with_its_next_step(signed):
    roles = signed.store.parent / "settings" / "roles.toml"
    before = roles.read_text()
    with signed.websocket("strand-lead") as websocket:
        talk = Talk(websocket)
        talk.open("methods")
        roles.write_text(before.replace('["hate-crime"]', '["prevent"]'))
        try:
            talk.ask(BackMsg(rerun_script={"query_string": LINK, "page_name": "overview"}))
            kinds, code = until_closed(websocket)
        finally:
            roles.write_text(before)
    assert (kinds[-1], code) == ("auth_redirect", 1008)
    assert not {"delta", "new_session"} & set(kinds)


def test_a_text_where_a_message_should_be_ends_the_connection_and_no_more(signed):
    with signed.websocket("viewer") as websocket:
        websocket.send("no message")
        assert until_closed(websocket)[1] == 1003


def test_a_browser_is_told_no_path_and_no_version(signed):
    with signed.websocket("administrator") as websocket:
        ask = BackMsg(rerun_script={"query_string": LINK, "page_name": "overview"})
        websocket.send(ask.SerializeToString())
        while True:
            content = websocket.recv(timeout=120)
            for secret in (
                str(ROOT),
                sys.version.split()[0],
                st.__version__,
                "site-packages",
                str(signed.store),
            ):
                assert secret.encode() not in content, secret
            if ForwardMsg.FromString(content).WhichOneof("type") == "script_finished":
                break


@pytest.mark.parametrize(
    "message",
    [
        BackMsg(clear_cache=True),
        BackMsg(debug_shutdown_runtime=True),
        BackMsg(set_run_on_save=True),
        BackMsg(load_git_info=True),
        BackMsg(backend_operation_request={"request_id": "1", "install_skills": {}}),
    ],
    ids=lambda message: message.WhichOneof("type"),
)
def test_what_no_page_asks_is_not_done(signed, message):
    with signed.websocket("administrator") as websocket:
        talk = Talk(websocket)
        talk.open("methods")
        talk.ask(message)
        talk.open("methods")  # the server is there, and goes on
