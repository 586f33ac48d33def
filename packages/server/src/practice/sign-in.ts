import type { Interaction, InteractionResults, KoaContextWithOIDC, Provider } from "oidc-provider";
import { signInPath } from "./configuration.ts";
import { FormRefused, readForm } from "./form.ts";
import type { Middleware } from "./offline-access.ts";
import type { PracticePages } from "./pages/practice-pages.ts";
import type { PracticePerson } from "./people.ts";

interface SignInDeps {
  readonly provider: Provider;
  readonly people: readonly PracticePerson[];
  readonly pages: PracticePages;
}

type Context = Pick<
  KoaContextWithOIDC,
  "req" | "res" | "path" | "method" | "status" | "type" | "body" | "set" | "redirect"
>;

/** The sign-in page and what comes back from it: one click on a person, or on Cancel. */
export function createSignIn({ provider, people, pages }: SignInDeps): Middleware {
  async function route(ctx: Context, uid: string) {
    const interaction = await findInteraction(provider, ctx, uid);
    if (!interaction) return pages.signInUnknown(ctx);
    if (ctx.method === "GET" || ctx.method === "HEAD") return show(ctx, interaction);
    if (ctx.method === "POST") return answer(ctx, interaction, await readForm(ctx.req));
    ctx.set("Allow", "GET, HEAD, POST");
    return pages.error(ctx, "method_not_allowed", "This address takes GET and POST.", 405);
  }

  async function show(ctx: Context, interaction: Interaction) {
    // Everybody consents to everything here, so there is nothing to ask.
    if (interaction.prompt.name === "consent") return finish(ctx, { consent: {} });
    await pages.signIn(ctx, await signInView(interaction));
  }

  async function answer(ctx: Context, interaction: Interaction, form: URLSearchParams) {
    if (form.get("answer") === "cancel") {
      return finish(ctx, { error: "access_denied", error_description: "the person chose Cancel" });
    }
    const person = people.find(({ sub }) => sub === form.get("person"));
    if (!person) return pages.signIn(ctx, { ...(await signInView(interaction)), unknownPerson: true });

    await leaveFormerPerson(provider, interaction, person);
    // One click answers all three prompts that a client can ask for.
    await finish(ctx, { login: { accountId: person.sub }, select_account: {}, consent: {} });
  }

  async function finish(ctx: Context, result: InteractionResults) {
    const returnTo = await provider.interactionResult(ctx.req, ctx.res, result);
    ctx.status = 303;
    ctx.redirect(returnTo);
  }

  async function signInView({ params, session, uid }: Interaction) {
    const client = await provider.Client.find(String(params.client_id));
    return {
      action: `${signInPath}${uid}`,
      clientName: client?.clientName ?? String(params.client_id),
      signedIn: session?.accountId,
      loginHint: typeof params.login_hint === "string" ? params.login_hint : undefined,
    };
  }

  return async (ctx, next) => {
    if (!ctx.path.startsWith(signInPath)) return next();
    try {
      await route(ctx, ctx.path.slice(signInPath.length));
    } catch (error) {
      if (!(error instanceof FormRefused)) throw error;
      await pages.error(ctx, "invalid_request", error.message, error.status);
    }
  };
}

/** The sign-in that both the address and the browser's cookie name; undefined if they disagree, or it is over. */
async function findInteraction(provider: Provider, { req, res }: Context, uid: string) {
  try {
    const interaction = await provider.interactionDetails(req, res);
    return interaction.uid === uid ? interaction : undefined;
  } catch (error) {
    if (error instanceof Error && error.name === "SessionNotFound") return undefined;
    throw error;
  }
}

/**
 * Ends the browser's session of somebody else. oidc-provider would do it by way of its sign-out page, which submits
 * itself by script and revokes the former person's refresh tokens; people who try out several accounts want neither.
 */
async function leaveFormerPerson(provider: Provider, interaction: Interaction, person: PracticePerson) {
  if (!interaction.session || interaction.session.accountId === person.sub) return;
  const former = await provider.Session.findByUid(interaction.session.uid);
  await former?.destroy();
  interaction.session = undefined;
  await interaction.persist();
}
