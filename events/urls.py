"""URLs of the events app."""

from django.urls import path

from events.catalog import api, crawlers, pages
from events.pictures import api as pictures
from events.pictures.files import picture_file
from events.venues import api as venues
from events.venues import plan_api as plans
from events.venues import plan_file_api as plan_files

urlpatterns = [
    path("", pages.event_list, name="events"),
    path("events/<int:event_id>", pages.event_page, name="event"),
    path("events/<int:event_id>/<str:slug>", pages.event_page, name="event-named"),
    path("sitemap.xml", crawlers.site_map),
    path("robots.txt", crawlers.robots),
    path("media/pictures/<str:file>", picture_file, name="picture"),
    path("api/venue", venues.Venues.as_view(), name="venue-list"),
    path("api/venue/<int:venue_id>", venues.VenueItem.as_view(), name="venue-detail"),
    path("api/venue/<int:venue_id>/plan", plans.Plans.as_view(), name="plan-list"),
    path("api/plan/check", plans.PlanCheck.as_view(), name="plan-check"),
    path("api/plan/import", plan_files.PlanImport.as_view(), name="plan-import"),
    path("api/plan/<int:plan_id>", plans.PlanItem.as_view(), name="plan-detail"),
    path("api/plan/<int:plan_id>/version", plans.NewVersion.as_view(), name="plan-publish"),
    path("api/plan-version/<int:version_id>", plans.VersionItem.as_view(), name="plan-version-detail"),
    path(
        "api/plan-version/<int:version_id>/export",
        plan_files.VersionExport.as_view(),
        name="plan-version-export",
    ),
    path("api/geometry/<str:digest>", plans.Geometry.as_view(), name="geometry"),
    path("api/event", api.EventList.as_view(), name="event-list"),
    path("api/event/<int:event_id>", api.EventItem.as_view(), name="event-detail"),
    path("api/event/<int:event_id>/picture", pictures.Picture.as_view(), name="event-picture"),
    path("api/event/<int:event_id>/block", api.BlockedSeats.as_view(), name="event-block"),
    path("api/event/<int:event_id>/unblock", api.UnblockedSeats.as_view(), name="event-unblock"),
    path("api/event/<int:event_id>/seatmap", api.SeatMap.as_view(), name="event-seatmap"),
    path("api/event/<int:event_id>/calendar.ics", api.CalendarFile.as_view(), name="event-calendar"),
    path(
        "api/event/<int:event_id>/sections/<path:section>/subsection/<int:number>/seats",
        api.SubsectionSeats.as_view(),
        name="subsection-seats",
    ),
]
