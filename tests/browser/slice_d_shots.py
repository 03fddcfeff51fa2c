from datetime import date
from django.urls import reverse
from tracker.commands import *
from tracker.models import Channel

def test_shots(stage, world, open_as):
    late = world.register(received_on=date(2026,11,10), sender_name="Mairie d’Orvault", sender_contact="mairie@orvault.example", subject="Subvention DETR : pièces complémentaires", body="Madame, Monsieur,\n\nNous souhaitons connaître la liste des pièces attendues pour notre dossier de subvention.\n\nCordialement.")
    world.act(late, Take(), Note("Appelé la mairie : ils relancent jeudi."), by="agent")
    held = world.register(channel="letter", received_on=date(2026,11,3), sender_name="M. Le Goff", subject="Titre de séjour")
    world.act(held, Take(), by="agent"); world.act(held, Hold(date(2026,11,12), date(2026,12,4)), by="agent")
    world.act(held, AskRequester(date(2026,11,16), "Le justificatif de domicile", date(2026,12,1)), by="agent")
    done = world.register(Take(), Answer(date(2026,11,19)), received_on=date(2026,11,10), sender_name="Association X", subject="Dissolution")
    rdv = world.register(kind="meeting_request", module=4, sender_name="Mme la Maire de Rezé", subject="Urbanisme")
    world.act(rdv, Propose(date(2026,11,18), date(2026,11,25), "Salle Vendée"), by="agent")
    for w in (1280, 400):
        p = open_as(world.user("agent"), width=w)
        for n, t in (("late", late), ("held", held), ("done", done), ("rdv", rdv)):
            p.goto(reverse("ticket", args=[t.reference])); p.screenshot(path=f"/tmp/shots/{n}-{w}.png", full_page=True)
        p.goto(reverse("ticket", args=[late.reference]))
        p.keyboard.press("r"); p.wait_for_selector("[data-sillage-act]"); p.wait_for_timeout(300)
        p.screenshot(path=f"/tmp/shots/answer-{w}.png", full_page=True)
        p.get_by_role("link", name="Réponse d’attente").click(); p.wait_for_selector("[name=promised_on]")
        p.fill("[name=promised_on]", "29/11"); p.keyboard.press("Tab"); p.wait_for_timeout(800)
        p.screenshot(path=f"/tmp/shots/hold-{w}.png", full_page=True)
        p.goto(reverse("ticket-act", args=[late.reference, "correct"])); p.screenshot(path=f"/tmp/shots/correct-{w}.png", full_page=True)
        p.goto(reverse("register", args=["correspondence"]))
        p.fill("[name=sender_name]", "Mairie d’Orvault"); p.fill("[name=subject]", "Subvention DETR"); p.wait_for_timeout(1200)
        p.screenshot(path=f"/tmp/shots/register-{w}.png", full_page=True)
        p.goto(reverse("register", args=["meeting_request"])); p.screenshot(path=f"/tmp/shots/register-rdv-{w}.png", full_page=True)
        p.fill("[name=received_on]", "25/11"); p.fill("[name=subject]", ""); p.get_by_role("button", name="Enregistrer", exact=True).click(); p.wait_for_selector("[data-sillage-errors]")
        p.screenshot(path=f"/tmp/shots/register-errors-{w}.png", full_page=True)
