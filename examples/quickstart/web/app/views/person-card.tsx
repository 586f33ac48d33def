import type { SessionAnswer } from "@holdfast/protocol";
import { useUser } from "@holdfast/react";
import type { ReactNode } from "react";
import { dayAndTime } from "../reading/times.ts";
import { AccountChoice } from "./account-choice.tsx";
import { accountName, initialsOf, nameOf } from "./use-person.ts";

export function PersonCard({ person }: { readonly person: SessionAnswer | null }): ReactNode {
  const user = useUser();
  const name = nameOf(person);
  return (
    <div className="person">
      <span className="glyph large" aria-hidden="true">
        {initialsOf(name)}
      </span>
      <div>
        <p className="name" data-testid="user-name">
          {name}
        </p>
        {person?.user.email && <p className="small muted">{person.user.email}</p>}
      </div>
      {person !== null && person.accounts.length > 1 && <AccountChoice accounts={person.accounts} />}
      <dl className="facts">
        <Fact term="Account" testId="account-name" value={user?.accountId && accountName(person, user.accountId)} />
        <Fact term="Role" testId="account-role" value={user?.role} />
        <Fact term="Through" testId="provider" value={person?.provider} />
        <Fact term="Session ends" testId="session-ends" value={person && dayAndTime(person.expires_at)} />
      </dl>
    </div>
  );
}

interface FactProps {
  readonly term: string;
  readonly testId: string;
  readonly value: string | null | undefined;
}

function Fact({ term, testId, value }: FactProps): ReactNode {
  if (!value) return null;
  return (
    <div>
      <dt>{term}</dt>
      <dd data-testid={testId}>{value}</dd>
    </div>
  );
}
