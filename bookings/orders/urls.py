"""URLs of orders."""

from django.urls import path

from bookings.orders import api, ticket_files

urlpatterns = [
    path("api/order", api.OrderList.as_view(), name="order-list"),
    path("api/order/<uuid:order_id>", api.OrderItemView.as_view(), name="order-detail"),
    path("api/order/<uuid:order_id>/extend", api.OrderExtension.as_view(), name="order-extend"),
    path("api/order/<uuid:order_id>/pay", api.OrderPayment.as_view(), name="order-pay"),
    path("api/order/<uuid:order_id>/refund", api.OrderRefund.as_view(), name="order-refund"),
    path("api/order/<uuid:order_id>/tickets.pdf", ticket_files.OrderTicketsPdf.as_view(), name="order-tickets-pdf"),
    path("api/order/<uuid:order_id>/tickets.pkpasses", ticket_files.OrderPasses.as_view(), name="order-pkpasses"),
    path("api/order/<uuid:order_id>/calendar.ics", ticket_files.OrderCalendar.as_view(), name="order-calendar"),
    path("api/order/<uuid:order_id>/items", api.OrderItems.as_view(), name="order-items"),
    path("api/order/<uuid:order_id>/items/<uuid:booking_id>", api.OneOrderItem.as_view(), name="order-item"),
]
