"""Mon bureau: sharing out, who has what, who is away."""

from django.urls import path

from frontend.pages.bureau import absences, handing_over, sharing, showing

urlpatterns = [
    path("mon-bureau/", showing.show, name="bureau"),
    path("mon-bureau/signature/", showing.signature, name="bureau-signature"),
    path("mon-bureau/affecter/", sharing.assign, name="bureau-assign"),
    path("mon-bureau/annuler/", sharing.undo, name="bureau-undo"),
    path("mon-bureau/confier/<int:user_id>/", handing_over.hand_over, name="bureau-hand-over"),
    path("mon-bureau/absences/", absences.of_the_bureau, name="absences"),
    path("mon-bureau/absences/passees/", absences.past_of_the_bureau, name="absences-past"),
    path("compte/absences/", absences.mine, name="my-absences"),
    path("compte/absences/passees/", absences.my_past, name="my-absences-past"),
    path("absences/<int:absence_id>/", absences.change, name="absence"),
    path("absences/<int:absence_id>/annuler/", absences.cancel, name="absence-cancel"),
]
