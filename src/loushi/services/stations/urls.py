"""Addresses of this package, under /stations/."""

from django.urls import path

from loushi.services.stations.views import bookings, duty, queue, registry, rotas

app_name = "stations"
urlpatterns = [
    path("", registry.station_list, name="list"),
    path("new/", registry.create, name="create"),
    path("<int:pk>/", registry.station, name="page"),
    path("<int:pk>/edit/", registry.edit, name="edit"),
    path("<int:pk>/inspect/", registry.inspect, name="inspect"),
    path("book/", bookings.book_home, name="book"),
    path("<int:pk>/book/", bookings.book, name="book_at"),
    path("<int:pk>/window/", bookings.window, name="window"),
    path("<int:pk>/window/book/", bookings.window_book, name="window_book"),
    path("bookings/<int:pk>/cancel/", bookings.cancel, name="booking_cancel"),
    path("bookings/<int:pk>/mark/", bookings.mark, name="booking_mark"),
    path("<int:pk>/counters/", queue.counters, name="counters"),
    path("<int:pk>/queue/", queue.desk, name="queue"),
    path("<int:pk>/queue/print/", queue.print_number, name="queue_print"),
    path("<int:pk>/queue/screen/", queue.screen, name="queue_screen"),
    path("<int:pk>/queue/do/<slug:name>/", queue.act, name="queue_act"),
    path("<int:pk>/ticket/", queue.ticket, name="ticket"),
    path("queue/<int:pk>/", queue.number, name="queue_number"),
    path("rotas/", rotas.rota_list, name="rotas"),
    path("rotas/new/", rotas.create, name="rota_create"),
    path("rotas/<int:pk>/", rotas.rota, name="rota"),
    path("rotas/<int:pk>/members/", rotas.members, name="members"),
    path("rotas/<int:pk>/cover/", rotas.cover, name="cover"),
    path("rotas/<int:pk>/away/", rotas.away, name="away"),
    path("rotas/<int:pk>/do/<slug:name>/", rotas.act, name="act"),
    path("duty/", duty.duty, name="duty"),
    path("duty/<int:pk>/", duty.shift, name="shift"),
    path("duty/<int:pk>/swap/", duty.swap, name="swap"),
    path("duty/swaps/<int:pk>/", duty.answer, name="answer"),
    path("duty/calendar/", duty.feed_address, name="feed_address"),
    path("calendar/<slug:secret>.ics", duty.feed, name="feed"),
]
