/**
 * Every text of the pages, in English: the source that other languages are typed against (`Messages`). Texts are plain:
 * they are escaped where they are used, and only `backticks` are rendered, as code.
 */
export const en = {
  home: {
    welcomeTitle: (brand: string) => `Welcome to ${brand}`,
    welcome: "This is where you sign in to the apps that are connected here.",
    signedInTitle: "You are signed in",
    signedIn: "The apps that are connected here know you as:",
    signin: "Sign in",
    signout: "Sign out",
    issuer: "Issuer",
    metadata: "Metadata",
    errors: "Error codes",
  },
  person: {
    unnamed: "Unnamed person",
  },
  providerChooser: {
    title: "Sign in",
    toContinue: (client: string) => `to continue to ${client}`,
    providers: "Ways to sign in",
    continueWith: (provider: string) => `Continue with ${provider}`,
    practice: "practice",
    practiceHint: "For development only",
  },
  accountChooser: {
    title: "Choose an account",
    intro: "You belong to more than one. Which one are you here for?",
    accounts: "Your accounts",
    lastUsed: "last used",
  },
  roles: {
    owner: "Owner",
    admin: "Admin",
    member: "Member",
  },
  error: {
    action: "What to do",
    retryable: "This can pass by itself. Trying again in a moment may help.",
    notRetryable: "This does not pass by itself.",
    retry: "Try again",
    restart: "Start again",
    backTo: (client: string) => `Back to ${client}`,
    back: "Back to the app",
    code: "Error code",
    requestId: "Request",
  },
  signedOut: {
    title: "You are signed out",
    text: "Your session here has ended, in every app that used it.",
    stillAtProvider: (provider: string) =>
      `You may still be signed in at ${provider}. On a computer that others use, sign out there too.`,
    stillSomewhere:
      "You may still be signed in at the provider you came from. On a computer that others use, sign out there too.",
    signinAgain: "Sign in again",
    back: "Back to the app",
  },
  signoutConfirm: {
    title: "Sign out?",
    text: "Another site asks to sign you out. If you did not want that, stay: nothing has happened yet. Signing out ends your session in every app that uses it.",
    confirm: "Sign out",
    stay: "Stay signed in",
  },
  catalogue: {
    title: "Error codes",
    intro: "Every code this server and its tokens can give: what it means, what to do, and whether trying again helps.",
    areasLabel: "Areas",
    areas: {
      signin: "Sign-in",
      refresh: "Sessions and refresh",
      token: "Access tokens",
      http: "Any request",
      operations: "Running the server",
    },
    meaning: "What it means",
    action: "What to do",
    retry: "Does trying again help?",
    retryable: "Yes: it can pass by itself.",
    notRetryable: "No: something has to change first.",
    retryableBadge: "try again",
    status: "HTTP status",
    noStatus: "none: not an HTTP answer",
    area: "Area",
    all: "All error codes",
  },
};

/** The texts of one language. A missing key does not compile. */
export type Messages = typeof en;
