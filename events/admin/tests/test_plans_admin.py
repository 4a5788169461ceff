"""Seating plans in the seller admin."""

import pytest
from django.contrib.admin.models import LogEntry

from events.models import Event
from events.plan_models import SeatingPlan
from events.plans.examples import template
from events.venues.plans import add_plan, publish_plan, save_draft
from events.venues.tests.documents import document
from events.venues.write import add_venue

LIST = "/admin/events/seatingplan/"
ADD = f"{LIST}add/"


@pytest.fixture
def hall(carol):
    return add_venue(seller=carol, name="Philharmonie", time_zone="Europe/Berlin")


@pytest.fixture
def plan(carol, hall):
    return add_plan(venue_id=hall.pk, seller=carol, name="Concert", draft=document())


def use(version, event):
    Event.objects.filter(pk=event.pk).update(plan_version=version, geometry_digest=version.digest)


def page_of(plan, page="change"):
    return f"{LIST}{plan.pk}/{page}/"


def test_a_seller_adds_renames_and_removes_a_plan(seller_client, hall):
    start = seller_client.get(f"{ADD}?venue={hall.pk}").text
    assert f'<option value="{hall.pk}" selected>Philharmonie</option>' in start
    added = seller_client.post(ADD, {"venue": hall.pk, "name": "Opera"})
    plan = SeatingPlan.objects.get()
    assert added.headers["Location"] == page_of(plan, "designer")  # which asks what to start from
    assert (plan.name, plan.draft) == ("Opera", {})
    seller_client.post(page_of(plan), {"name": "Ballet"})
    plan.refresh_from_db()
    assert plan.name == "Ballet"
    seller_client.post(page_of(plan, "do/remove"))
    assert not SeatingPlan.objects.exists()
    assert LogEntry.objects.count() == 3


def test_a_plan_without_a_drawing_can_not_be_published(seller_client, carol, hall):
    plan = add_plan(venue_id=hall.pk, seller=carol, name="Opera")
    page = seller_client.get(page_of(plan)).text
    assert "Nothing is drawn yet." in page
    assert "do/publish/" not in page


@pytest.mark.parametrize(
    ("fields", "errors"),
    [
        ({"name": ""}, {"name"}),
        ({"name": "\u200b"}, {"name"}),
        ({"name": "Concert"}, {"name"}),
        ({"venue": ""}, {"venue"}),
        ({"venue": "999999"}, {"venue"}),
    ],
)
def test_bad_input_is_shown_at_its_field(seller_client, hall, plan, fields, errors):
    page = seller_client.post(ADD, {"venue": hall.pk, "name": "New", **fields})
    assert set(page.context["adminform"].form.errors) == errors
    assert SeatingPlan.objects.get() == plan


def test_a_name_of_another_plan_is_refused_when_renaming(seller_client, carol, hall, plan):
    other = add_plan(venue_id=hall.pk, seller=carol, name="Banquet")
    page = seller_client.post(page_of(other), {"name": "Concert"})
    assert "The venue already has a seating plan of this name." in page.text
    assert seller_client.post(page_of(other), {"name": "Banquet"}).status_code == 302
    assert sorted(SeatingPlan.objects.values_list("name", flat=True)) == ["Banquet", "Concert"]


def test_publishing_asks_first_and_is_offered_until_the_draft_is_published(seller_client, carol, plan):
    page = seller_client.get(page_of(plan)).text
    assert "do/publish/" in page and "No event can be put on with this plan yet." in page
    assert "The draft has 6 places." in seller_client.get(page_of(plan, "do/publish")).text
    assert not plan.versions.exists()
    done = seller_client.post(page_of(plan, "do/publish"), follow=True).text
    assert "Published. New events can be put on with this version." in done
    assert "The draft is published as it is." in done and "do/publish/" not in done
    save_draft(plan_id=plan.pk, seller=carol, draft=document(rows=3), revision=0)
    changed = seller_client.get(page_of(plan)).text
    assert "The draft has been changed since then." in changed and "do/publish/" in changed


def test_publishing_names_categories_that_still_have_the_usual_name(seller_client, carol, plan):
    save_draft(plan_id=plan.pk, seller=carol, draft=template("concert_hall"), revision=0)
    assert "Buyers will read" not in seller_client.get(page_of(plan, "do/publish")).text
    save_draft(plan_id=plan.pk, seller=carol, draft=document(), revision=1)
    assert "Buyers will read “Category 1”: in the designer" in seller_client.get(page_of(plan, "do/publish")).text


def test_a_draft_with_mistakes_can_not_be_published(seller_client, carol, plan):
    save_draft(plan_id=plan.pk, seller=carol, draft={**document(), "sections": [{"name": ""}]}, revision=0)
    for page in (page_of(plan), page_of(plan, "do/publish")):
        assert "sections.0.name: " in seller_client.get(page).text
    assert "mistakes" in seller_client.get(page_of(plan, "do/publish")).text
    seller_client.post(page_of(plan, "do/publish"))
    assert not plan.versions.exists()


def test_versions_are_listed_with_a_picture_and_their_events(seller_client, carol, plan, concert):
    version = publish_plan(plan_id=plan.pk, seller=carol)
    use(version, concert)
    save_draft(plan_id=plan.pk, seller=carol, draft=document(rows=3), revision=0)
    publish_plan(plan_id=plan.pk, seller=carol)
    page = seller_client.get(page_of(plan)).text
    assert page.index("Version 2</h3>") < page.index("No event has it.") < page.index("Version 1</h3>")
    assert f'<a href="/admin/events/event/{concert.pk}/change/">A concert</a>' in page
    assert "do/remove/" not in page
    picture = seller_client.get(page_of(plan, "version/1") + "picture.svg")
    assert (picture["Content-Type"], picture["Cache-Control"]) == ("image/svg+xml", "private, max-age=86400")
    assert picture.text.startswith("<svg ")
    assert seller_client.get(page_of(plan, "version/3") + "picture.svg").status_code == 404


def test_a_plan_in_use_is_not_removed_by_an_old_page(seller_client, carol, plan, concert):
    use(publish_plan(plan_id=plan.pk, seller=carol), concert)
    page = seller_client.post(page_of(plan, "do/remove"), follow=True)
    assert "Events use this plan, so it can&#x27;t be removed." in page.text
    assert SeatingPlan.objects.exists()


def test_names_and_texts_in_a_plan_can_not_break_out_of_the_page(seller_client, carol, hall):
    evil = '</title><script>alert(1)</script>"'
    draft = document(name=evil)
    draft["sections"][0]["name"] = "<b>&"
    plan = add_plan(venue_id=hall.pk, seller=carol, name=evil, draft=draft)
    publish_plan(plan_id=plan.pk, seller=carol)
    for address in (LIST, page_of(plan), f"/admin/events/venue/{hall.pk}/change/"):
        assert "<script>alert" not in seller_client.get(address).text
    assert "<script" not in seller_client.get(page_of(plan, "version/1") + "picture.svg").text


def test_the_list_and_the_venue_show_plans_with_versions_places_and_events(seller_client, carol, hall, plan, concert):
    add_plan(venue_id=hall.pk, seller=carol, name="A draft")
    use(publish_plan(plan_id=plan.pk, seller=carol), concert)
    rows = seller_client.get(LIST).text
    assert "Not published" in rows and "Philharmonie" in rows
    venue = seller_client.get(f"/admin/events/venue/{hall.pk}/change/").text
    assert f'<a href="{page_of(plan)}">Concert</a>' in venue
    assert f'href="{LIST}{plan.pk}/designer/"' in venue
    assert f'href="{ADD}?venue={hall.pk}"' in venue
    assert "Not published" in venue


def test_plans_of_others_do_not_exist(client, seller_client, dave, olga, hall, plan, carol):
    publish_plan(plan_id=plan.pk, seller=carol)
    theirs = (page_of(plan), page_of(plan, "do/publish"), page_of(plan, "version/1") + "picture.svg")
    client.force_login(dave)
    for address in theirs:
        assert client.get(address).status_code == 404
    assert "Concert" not in client.get(LIST).text
    assert "Philharmonie" not in client.get(ADD).text
    page = client.post(ADD, {"venue": hall.pk, "name": "Mine"})
    assert set(page.context["adminform"].form.errors) == {"venue"}
    client.force_login(olga)
    for address in theirs:
        assert client.get(address).status_code == 200


@pytest.mark.parametrize("query", ["venue=x", "venue=9" * 30, "venue=%00", "venue=²", "name=Mine"])
def test_malformed_addresses_show_the_form(seller_client, hall, query):
    page = seller_client.get(f"{ADD}?{query}")
    assert page.status_code == 200
    assert "Mine" not in page.text


def test_a_seller_without_a_venue_is_told_to_add_one(seller_client):
    assert 'href="/admin/events/venue/add/"' in seller_client.get(ADD).text
