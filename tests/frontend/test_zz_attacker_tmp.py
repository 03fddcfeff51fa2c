import pytest, uuid, io
from django.test import Client
from django.urls import reverse
from django.core.files.uploadedfile import SimpleUploadedFile
from tests.factories import World
def signed(world,n):
    c=Client(raise_request_exception=False); c.force_login(world.user(n)); return c
V=["\0","a\0b","9"*5000,"😀","x"*300]
@pytest.mark.parametrize("v",V)
def test_arr(world:World,v):
    c=signed(world,"mailroom"); o=str(world.offices["SEJ"].pk); out=[]
    for d in ({"chosen":v,"office":o},{"one":v,"office-"+v:o},{"chosen":"x","office":v}):
        out.append(c.post("/arrivees/affecter/",d).status_code)
    out.append(c.post("/arrivees/annuler/?"+__import__("urllib.parse").parse.urlencode({"demande":v+":1"})).status_code)
    t=world.register(office=None,by="mailroom",by_mailroom=True)
    out.append(c.post("/arrivees/affecter/",{"chosen":t.reference,"office":o,"version-"+t.reference:v}).status_code)
    P="l"+uuid.uuid4().hex
    for f in ("received_on","sender_name","subject","channel","office"):
        d={"line":P,"only":P,P+"-received_on":"20/11/2026",P+"-sender_name":"a",P+"-subject":"b",P+"-channel":"1"}; d[P+"-"+f]=v
        out.append((f,c.post("/arrivees/",d).status_code))
    out.append(c.post("/arrivees/bureau/",{"of":P,P+"-sender_name":v}).status_code); out.append(c.post("/arrivees/expediteurs/",{"of":P,P+"-sender_name":v}).status_code)
    assert not [x for x in out if (x if isinstance(x,int) else x[1])>=500], out
@pytest.mark.parametrize("v",V)
def test_reg(world:World,v):
    c=signed(world,"quality"); bad=[]
    for k in "kind channel nature office site state situation module theme mailbox received_from received_to agent text imported order from".split():
        for p in ("/registre/","/registre/filtres/","/registre/export.csv"):
            r=c.get(p,{k:v}); 
            if r.status_code>=500: bad.append((p,k))
    for p in ("/calculer-une-echeance/","/reglages/calendrier/","/ma-file/","/enregistrer/correspondence/"):
        for k in "received_on days other_days place site annee view recu canal bureau reprendre".split():
            r=c.get(p,{k:v})
            if r.status_code>=500: bad.append((p,k))
    r=c.post("/enregistrer/correspondence/",{"senders":"1","sender_name":v}); bad+= [("senders",)] if r.status_code>=500 else []
    r=c.post("/enregistrer/correspondence/",{"forget":v}); bad+= [("forget",)] if r.status_code>=500 else []
    t=world.register(); f={"opened_version":"1"}
    for ac in "repondre prendre attente demander-une-piece confier affecter transmettre pas-pour-nous fusionner sans-suite noter signature corriger rouvrir annuler".split():
        for k in "answered_on channel sent_on promised_on asked_on missing until reason assignee office to forwarded_on told_on note target on text since received_on kind sender_name subject theme mailbox module by cause message_on opened_version".split():
            for x in ({"rehearse":"1"},{}):
                r=c.post(f"/demandes/{t.reference}/{ac}/",{"opened_version":"1",k:v,**x})
                if r.status_code>=500: bad.append((ac,k,x))
    for name in ("a\0.xlsx","../../x.xlsx","x"*300+".xlsx","😀.xlsx","<b>.xlsx"):
        r=c.post("/imports/",{"file":SimpleUploadedFile(name,b"pas un classeur"),"kind":v})
        if r.status_code>=500: bad.append(("import",name))
    for p in ("/reglages/delais/ajouter/","/reglages/calendrier/%s/fermer/"%world.site.code):
        for k in "kind channel module nature purpose days unit starts_on date name source every_year step basis".split():
            for st in ("","confirm","edit"):
                r=c.post(p,{k:v,"step":st,"date":"25/12/2026" if k!="date" else v, "name":"x" if k!="name" else v})
                if r.status_code>=500: bad.append((p,k,st))
    for k in ("username","password"):
        r=Client(raise_request_exception=False).post("/connexion/",{"username":"a@b.fr","password":"x",k:v})
        if r.status_code>=500: bad.append(("login",k))
    assert not bad, bad
