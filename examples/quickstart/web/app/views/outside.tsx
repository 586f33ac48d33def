import type { ReactNode } from "react";

/** A link away from this app, such as to the page of an error code. Opens beside it, so that this tab keeps its story. */
export function Outside({ href, children }: { readonly href: string; readonly children: ReactNode }): ReactNode {
  return (
    <a href={href} target="_blank" rel="noopener">
      {children}
    </a>
  );
}
