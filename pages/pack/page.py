"""What does the meeting hold in its hands?"""

from functools import partial

import streamlit as st

from pages.gate.log import logged
from pages.pack.form import audience_picker, chosen_recipe, made_in_turn, pack_picker, request_of
from pages.pack.question import MAKE_AT_ONCE, PackChoices
from pages.shared.access import may_upload, visitor
from pages.shared.choices import chosen
from pages.shared.files import offer_file
from pages.shared.provenance import show_provenance
from pages.shared.sidebar import chosen_view
from pages.shared.text import plain
from pages.shared.turns import waited_for
from pages.shared.visit import end_page, take_notice
from vulncore.domain.errors import TooManyRequestsError, VulncoreError
from vulncore.domain.words import number_of
from vulncore.packs.documents.pdf import NONE_HERE, libreoffice
from vulncore.packs.pack import MIME, Pack, PackRequest, zipped
from vulncore.packs.recipe import recipe_file

KINDS = {"docx": "Word (DOCX)", "pptx": "PowerPoint (PPTX)", "xlsx": "Excel (XLSX)", "pdf": "PDF"}

st.title("Pack")

try:
    view = chosen_view()
except VulncoreError as problem:
    st.error(plain(f"No pack can be made. {problem}"))
    end_page()

choices = chosen(PackChoices)
show_provenance(view, f"{view.force}: documents for a meeting, to {view.month:%B %Y}")
st.header("The month's pack, ready to print and to edit", anchor="finding")
which, for_whom = st.columns(2)
with which:
    pack_picker().draw(choices)
with for_whom:
    audience_picker().draw(choices)
choices = chosen(PackChoices)
with st.expander("What is in it, how it is marked, your template"):
    try:
        recipe = chosen_recipe(choices, view, may_send=may_upload())
        request = request_of(choices, recipe, view, may_send=may_upload())
    except VulncoreError as problem:
        st.error(plain(str(problem)))
        end_page()
    offer_file(
        partial(recipe_file, recipe), "pack.toml", "application/toml", label="This choice as a file (.toml)"
    )
if libreoffice() is None:
    st.caption(plain(NONE_HERE))
is_whole = bool(recipe.sections and recipe.documents)
if not is_whole:
    st.info("Choose at least 1 section and 1 document.")


def make(wanted: PackRequest) -> Pack | None:
    """Make a pack with a bar that says how far it is; say why where none can be made."""
    try:
        if identity := visitor():
            logged(identity, "made a pack", pack=wanted.recipe.key, audience=str(wanted.audience))
        return waited_for(
            lambda on_progress, **_: made_in_turn(wanted, lambda share, _: on_progress(share)),
            ("Making the pack …", "Making the pack …"),
        )
    except TooManyRequestsError:
        raise
    except VulncoreError as problem:
        st.error(plain(f"The pack can't be made. {problem}"))
        return None


pressed = st.button("Make the pack", type="primary", disabled=not is_whole)
if (pressed or take_notice(MAKE_AT_ONCE)) and is_whole:
    st.session_state["pack"] = (request, make(request))
made_of, pack = st.session_state.get("pack", (None, None))
if pack is None or made_of != request:
    end_page()

about = pack.about
st.subheader(plain(f"Made: {number_of(len(pack.files), 'file')}"), anchor=False)
st.markdown(
    plain(
        f"{about.title}, {about.force}, to {about.to}. {about.audience.words}. Marked {about.marking.words}."
    )
)
offer_file(partial(zipped, pack), f"{pack.name}.zip", MIME["zip"], label="Download all (ZIP)", key="pack zip")
with st.container(horizontal=True):
    for file in pack.files:
        ending = file.name.rpartition(".")[2]
        if ending != "csv":
            label = f"{'Tasking sheet, ' if 'tasking-sheet' in file.name else ''}{KINDS[ending]}"
            offer_file(
                partial(bytes, file.content), file.name, file.mime, label=label, key=f"pack {file.name}"
            )
for note in pack.notes:
    st.caption(plain(note))
