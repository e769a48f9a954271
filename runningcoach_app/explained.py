"""How a number came to be, in a dialog: the same as `runningcoach explain`."""

from collections.abc import Mapping

import streamlit as st

from runningcoach_app.speech import NOT_MEASURED, Speech
from runningcoach_app.tables import show_table
from runningcoach_app.visit import Visit
from runningcoach_pipelines.explain import Explanation, NothingThere, explain
from runningcoach_pipelines.store.lake import LakeUnavailable

_SIGNIFICANT = 6


def offer_explanations(visit: Visit, metrics: Mapping[str, str], key: str) -> None:
    """A button for each number; it opens how the number came to be.

    Args:
        metrics: columns by what the page calls them.
        key: a day, a week, a month, or the id of an activity, as `explain` takes it.
    """
    say = visit.speech.text
    with st.container(horizontal=True, vertical_alignment="center", key=f"explain-{key}"):
        st.caption(say("How did it come to be?"), width="content")
        for metric, name in metrics.items():
            if st.button(name, key=f"explain-{metric}-{key}", type="tertiary", icon=":material/account_tree:"):
                st.dialog(name, width="large")(_show)(visit, metric, key)


def _show(visit: Visit, metric: str, key: str) -> None:
    say = visit.speech.text
    try:
        found = explain(visit.lakehouse, visit.athlete_id, metric, key)
    except NothingThere:
        st.info(say("Nothing is stored for this."))
        return
    except LakeUnavailable as problem:
        st.warning(str(problem))
        return
    for one in found:
        _show_one(one, visit.speech)
        for contributor in one.contributors:
            with st.expander(f"{contributor.metric} · {contributor.of} · {_written(contributor.value)}"):
                _show_trail(contributor, visit.speech)


def _show_one(one: Explanation, speech: Speech) -> None:
    say = speech.text
    st.markdown(f"### {_written(one.value)} {one.unit}")
    st.markdown(one.meaning)
    if one.reason:
        st.info(one.reason, icon=":material/help:")
    told = {say("Formula"): one.formula, say("Source"): one.source, say("Version"): one.code_version}
    for label, text in told.items():
        if text:
            st.caption(f"**{label}** {text}")
    _show_trail(one, speech)
    if one.files:
        with st.expander(speech.count("{number} file", "{number} files", len(one.files))):
            st.code("\n".join(f"{file.file_name or '?'}  {file.sha256}" for file in one.files), language=None)


def _show_trail(one: Explanation, speech: Speech) -> None:
    say = speech.text
    if one.inputs:
        show_table(
            {
                say("Made from"): [each.name for each in one.inputs],
                say("Value"): [f"{_written(each.value)} {each.unit}".rstrip() for each in one.inputs],
                say("Note"): [each.note for each in one.inputs],
            }
        )
    if one.check.agrees:
        st.success(say("Made once more from these: the same."), icon=":material/check:")
    else:
        st.warning(
            say("Made once more it is {value}: it was made from other values.", value=_written(one.check.again)),
            icon=":material/sync_problem:",
        )


def _written(value: object) -> str:
    if value is None:
        return NOT_MEASURED
    return f"{value:.{_SIGNIFICANT}g}" if isinstance(value, float) else str(value)
