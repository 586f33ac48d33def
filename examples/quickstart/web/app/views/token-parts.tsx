import { type ReactNode, useId, useState } from "react";
import { claimMeanings, headerMeanings, timeClaims } from "../reading/claims.ts";
import { clockTime, distance } from "../reading/times.ts";
import type { DecodedToken, Json } from "../reading/token.ts";
import { useMoment } from "./use-moment.ts";

/** A token in its three parts, each claim explained. */
export function TokenParts({ decoded }: { readonly decoded: DecodedToken }): ReactNode {
  const { parts, header, claims, signatureBytes } = decoded;
  const bytes = `${signatureBytes} bytes`;
  return (
    <>
      <Encoded parts={parts} />
      <Part name="header" title="Header">
        <Rows values={header} meanings={headerMeanings} />
      </Part>
      <Part name="claims" title="Claims">
        <Rows values={claims} meanings={claimMeanings} />
      </Part>
      <Part name="signature" title="Signature">
        <Row value={bytes} meaning="Over the two parts above. Change one letter of them and it no longer fits." />
      </Part>
    </>
  );
}

function Encoded({ parts: [header, payload, signature] }: Pick<DecodedToken, "parts">): ReactNode {
  const [isWhole, setWhole] = useState(false);
  const id = useId();
  const cut = (part: string, length: number) => (isWhole || part.length <= length ? part : `${part.slice(0, length)}…`);
  return (
    <div className="encoded-box">
      <code className="encoded" id={id} data-testid="encoded-token">
        <span className="part-header">{cut(header, 40)}</span>.<span className="part-claims">{cut(payload, 108)}</span>.
        <span className="part-signature">{cut(signature, 40)}</span>
      </code>
      <button
        type="button"
        className="link"
        aria-controls={id}
        aria-expanded={isWhole}
        onClick={() => setWhole(!isWhole)}
      >
        {isWhole ? "Show less" : "Show the whole token"}
      </button>
    </div>
  );
}

interface PartProps {
  readonly name: "header" | "claims" | "signature";
  readonly title: string;
  readonly children: ReactNode;
}

function Part({ name, title, children }: PartProps): ReactNode {
  return (
    <section className={`part part-of-${name}`}>
      <h3>{title}</h3>
      <dl>{children}</dl>
    </section>
  );
}

interface RowsProps {
  readonly values: Json;
  readonly meanings: Readonly<Record<string, string>>;
}

/** Known names first and in their order, then whatever else there is. */
function Rows({ values, meanings }: RowsProps): ReactNode {
  const known = Object.keys(meanings).filter((name) => name in values);
  const others = Object.keys(values).filter((name) => !(name in meanings));
  return [...known, ...others].map((name) => (
    <Row key={name} name={name} value={values[name]} meaning={meanings[name] ?? ""} />
  ));
}

interface RowProps {
  readonly name?: string;
  readonly value: unknown;
  readonly meaning: string;
}

function Row({ name = "", value, meaning }: RowProps): ReactNode {
  const isTime = timeClaims.has(name) && typeof value === "number";
  return (
    <div className="claim" data-claim={name || undefined}>
      <dt>{name && <code>{name}</code>}</dt>
      <dd className="value">
        <code>{typeof value === "string" ? value : JSON.stringify(value)}</code>
        {isTime && <TimeOf seconds={value} />}
      </dd>
      <dd className="meaning">{meaning}</dd>
    </div>
  );
}

function TimeOf({ seconds }: { readonly seconds: number }): ReactNode {
  const { wall } = useMoment();
  const ms = seconds * 1000;
  return (
    <span className="time">
      {clockTime(ms)}, {distance(ms - wall)}
    </span>
  );
}
