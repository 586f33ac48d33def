import type { ErrorCode, errorCatalogue } from "@holdfast/protocol";

/** What the error catalogue says in words. */
export interface ErrorWords {
  readonly title: string;
  readonly meaning: string;
  readonly action: string;
}

/** The codes a person can meet while signing in: those every language translates. */
type SigninErrorCode = {
  [Code in ErrorCode]: (typeof errorCatalogue)[Code]["area"] extends "signin" ? Code : never;
}[ErrorCode];

/** The sign-in area of the error catalogue in German; the rest is read by developers and stays English. */
export const errorsDe: Readonly<Record<SigninErrorCode, ErrorWords>> = {
  provider_unknown: {
    title: "Diesen Anbieter gibt es nicht",
    meaning: "Die Adresse nennt einen Anbieter, der nicht in der Konfiguration steht.",
    action: "Prüfen Sie die Kennung des Anbieters im Link und unter `providers` in der Konfiguration.",
  },
  provider_none: {
    title: "Die Anmeldung ist nicht eingerichtet",
    meaning: "Es ist kein Anbieter konfiguriert, also niemand, bei dem man sich anmelden könnte.",
    action: "Tragen Sie mindestens einen Anbieter unter `providers` in die Konfiguration ein.",
  },
  provider_unavailable: {
    title: "Der Anbieter antwortet nicht",
    meaning: "Der Anbieter war nicht erreichbar, hat zu langsam geantwortet oder einen Serverfehler gemeldet.",
    action:
      "Versuchen Sie es gleich noch einmal. Bestehende Sitzungen sind nicht betroffen. `holdfast doctor` zeigt, was nicht geht.",
  },
  provider_denied: {
    title: "Die Anmeldung wurde abgebrochen",
    meaning: "Die Person oder eine Regel des Anbieters hat die Anfrage abgelehnt (`access_denied`).",
    action:
      "Melden Sie sich noch einmal an und erlauben Sie den Zugriff. War es nicht Ihre Entscheidung, fragen Sie die Administration des Anbieters.",
  },
  provider_error: {
    title: "Der Anbieter meldet einen Fehler",
    meaning: "Der Anbieter hat die Anmeldung mit einem eigenen Fehler beendet; Code und Wortlaut stehen im Protokoll.",
    action:
      "Suchen Sie den Fehlercode des Anbieters im Ereignis `signin.failed` und schlagen Sie ihn in dessen Dokumentation nach.",
  },
  provider_misconfigured: {
    title: "Der Anbieter weist diese Anwendung ab",
    meaning:
      "Der Anbieter erkennt die Client-ID, das Geheimnis oder die Rücksprungadresse nicht an, die Holdfast gesendet hat.",
    action:
      "Vergleichen Sie `clientId`, `clientSecret` und die Rücksprungadresse mit der Konsole des Anbieters und starten Sie dann `holdfast doctor`.",
  },
  provider_response_invalid: {
    title: "Die Antwort des Anbieters ergibt keinen Sinn",
    meaning:
      "Discovery, Token oder Schlüssel des Anbieters waren fehlerhaft, zu groß oder nicht so, wie OpenID Connect es verlangt.",
    action:
      "Starten Sie `holdfast doctor` und vergleichen Sie den `issuer` in der Konfiguration mit dem Discovery-Dokument des Anbieters.",
  },
  provider_issuer_mismatch: {
    title: "Die Antwort kam von einem anderen Aussteller",
    meaning:
      "Der Aussteller in der Antwort, im ID-Token oder im Discovery-Dokument ist nicht der konfigurierte (RFC 9207; OpenID Connect Discovery, Abschnitt 4.3).",
    action:
      "Übernehmen Sie den `issuer` genau aus dem Discovery-Dokument, bis zum letzten Schrägstrich. Stimmt er überein, hat jemand zwei Anbieter vertauscht: Fahren Sie nicht fort.",
  },
  provider_token_invalid: {
    title: "Das ID-Token des Anbieters wurde nicht angenommen",
    meaning: "Signatur, Empfänger, Nonce oder Pflichtangaben des ID-Tokens sind falsch.",
    action:
      "Melden Sie sich noch einmal an. Bleibt es dabei, starten Sie `holdfast doctor` und prüfen Sie die Client-ID und die Schlüssel des Anbieters.",
  },
  provider_clock_skew: {
    title: "Die Uhr des Anbieters geht falsch",
    meaning:
      "Die Zeiten im ID-Token weichen stärker von unserer Uhr ab, als die Toleranz erlaubt (Vorgabe: 5 Minuten).",
    action:
      "`holdfast doctor` zeigt, wessen Uhr falsch geht. Stellen Sie sie mit NTP; bis dahin kann `clockTolerance` des Anbieters helfen.",
  },
  provider_code_rejected: {
    title: "Die Anmeldung beim Anbieter hat zu lange gedauert",
    meaning:
      "Der Anbieter nimmt den Autorisierungscode nicht mehr an: Er ist abgelaufen oder wurde schon benutzt (`invalid_grant`).",
    action: "Melden Sie sich noch einmal an.",
  },
  signin_expired: {
    title: "Diese Anmeldung ist abgelaufen",
    meaning: "Die Rückkehr kam nach dem Zeitlimit der Anmeldung (Vorgabe: 10 Minuten).",
    action: "Beginnen Sie in der App von vorn.",
  },
  signin_state_unknown: {
    title: "Diese Anmeldung ist nicht bekannt",
    meaning:
      "Der `state` fehlt, ist falsch oder wurde schon benutzt. Das kommt von einem alten Tab oder der Zurück-Taste – oder von einem Angriff.",
    action: "Beginnen Sie in der App von vorn.",
  },
  signin_browser_mismatch: {
    title: "Diese Anmeldung wurde in einem anderen Browser begonnen",
    meaning:
      "Das Cookie, das die Anmeldung an den Browser bindet, fehlt: Cookies sind blockiert, oder der Link wurde anderswo geöffnet.",
    action: "Erlauben Sie Cookies für diese Website und beginnen Sie im selben Browser von vorn.",
  },
  signin_code_invalid: {
    title: "Der Einmalcode ist nicht gültig",
    meaning:
      "Der Code aus der Weiterleitung ist unbekannt, abgelaufen (60 Sekunden), schon benutzt oder gehört zu einem anderen Client oder Code-Verifier.",
    action: "Beginnen Sie die Anmeldung von vorn. Wird ein Code zweimal benutzt, endet auch, was der erste ergab.",
  },
  redirect_not_allowed: {
    title: "Diese Rückkehradresse ist nicht erlaubt",
    meaning: "`return_to` liegt auf keiner Origin des Clients.",
    action: "Tragen Sie die genaue Origin unter `origins` des Clients ein oder benutzen Sie einen Pfad derselben App.",
  },
  client_unknown: {
    title: "Diesen Client gibt es nicht",
    meaning: "`client_id` fehlt, obwohl es mehrere Clients gibt, oder steht nicht in der Konfiguration.",
    action: "Prüfen Sie die Kennung des Clients unter `clients` in der Konfiguration.",
  },
  account_forbidden: {
    title: "Kein Mitglied dieses Kontos",
    meaning: "Die Person ist nicht oder nicht mehr Mitglied des gewählten Kontos.",
    action: "Wählen Sie ein anderes Konto oder bitten Sie einen Inhaber um eine Einladung.",
  },
};
