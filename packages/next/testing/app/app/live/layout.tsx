import { HoldfastProvider } from "@holdfast/next";
import type { ReactNode } from "react";

// biome-ignore lint/style/noDefaultExport: Next.js takes no other.
export default function LiveLayout({ children }: { readonly children: ReactNode }) {
  return <HoldfastProvider>{children}</HoldfastProvider>;
}
