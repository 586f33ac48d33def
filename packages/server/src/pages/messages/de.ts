import type { Messages } from "./en.ts";

/** Deutsch. */
export const de: Messages = {
  home: {
    welcomeTitle: (brand) => `Willkommen bei ${brand}`,
    welcome: "Hier melden Sie sich bei den verbundenen Apps an.",
    signedInTitle: "Sie sind angemeldet",
    signedIn: "Die verbundenen Apps kennen Sie als:",
    signin: "Anmelden",
    signout: "Abmelden",
    issuer: "Aussteller",
    metadata: "Metadaten",
    errors: "Fehlercodes",
  },
  person: {
    unnamed: "Person ohne Namen",
  },
  providerChooser: {
    title: "Anmelden",
    toContinue: (client) => `und weiter zu ${client}`,
    providers: "Anmeldemöglichkeiten",
    continueWith: (provider) => `Weiter mit ${provider}`,
    practice: "Übung",
    practiceHint: "Nur für die Entwicklung",
  },
  accountChooser: {
    title: "Konto wählen",
    intro: "Sie gehören zu mehreren Konten. Für welches sind Sie hier?",
    accounts: "Ihre Konten",
    lastUsed: "zuletzt benutzt",
  },
  roles: {
    owner: "Inhaber",
    admin: "Administration",
    member: "Mitglied",
  },
  error: {
    action: "Was Sie tun können",
    retryable: "Das kann von selbst vorübergehen. Versuchen Sie es gleich noch einmal.",
    notRetryable: "Das geht nicht von selbst vorüber.",
    retry: "Noch einmal versuchen",
    restart: "Von vorn beginnen",
    backTo: (client) => `Zurück zu ${client}`,
    back: "Zurück zur App",
    code: "Fehlercode",
    requestId: "Anfrage",
  },
  signedOut: {
    title: "Sie sind abgemeldet",
    text: "Ihre Sitzung ist beendet, in jeder App, die sie benutzt hat.",
    stillAtProvider: (provider) =>
      `Bei ${provider} sind Sie möglicherweise noch angemeldet. Melden Sie sich auf einem gemeinsam benutzten Computer auch dort ab.`,
    stillSomewhere:
      "Bei dem Anbieter, von dem Sie kamen, sind Sie möglicherweise noch angemeldet. Melden Sie sich auf einem gemeinsam benutzten Computer auch dort ab.",
    signinAgain: "Wieder anmelden",
    back: "Zurück zur App",
  },
  signoutConfirm: {
    title: "Abmelden?",
    text: "Eine andere Website möchte Sie abmelden. Wenn Sie das nicht wollten, bleiben Sie: Noch ist nichts geschehen. Das Abmelden beendet Ihre Sitzung in jeder App, die sie benutzt.",
    confirm: "Abmelden",
    stay: "Angemeldet bleiben",
  },
  catalogue: {
    title: "Fehlercodes",
    intro:
      "Jeder Code, den dieser Server und seine Tokens liefern können: was er bedeutet, was zu tun ist und ob ein neuer Versuch hilft.",
    areasLabel: "Bereiche",
    areas: {
      signin: "Anmeldung",
      refresh: "Sitzungen und Erneuerung",
      token: "Zugriffstokens",
      http: "Jede Anfrage",
      operations: "Betrieb des Servers",
    },
    meaning: "Was es bedeutet",
    action: "Was zu tun ist",
    retry: "Hilft ein neuer Versuch?",
    retryable: "Ja: Es kann von selbst vorübergehen.",
    notRetryable: "Nein: Erst muss sich etwas ändern.",
    retryableBadge: "neu versuchen",
    status: "HTTP-Status",
    noStatus: "keiner: keine HTTP-Antwort",
    area: "Bereich",
    all: "Alle Fehlercodes",
  },
};
