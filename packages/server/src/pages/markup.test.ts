import { describe, expect, it } from "vitest";
import { markup, withInlineCode } from "./markup.ts";

describe("markup", () => {
  it("escapes text in elements and in attributes", () => {
    const evil = `"><script>alert('&')</script>`;
    expect(markup`<p title="${evil}">${evil}</p>`.toString()).toBe(
      '<p title="&quot;&gt;&lt;script&gt;alert(&#39;&amp;&#39;)&lt;/script&gt;">' +
        "&quot;&gt;&lt;script&gt;alert(&#39;&amp;&#39;)&lt;/script&gt;</p>",
    );
  });

  it("keeps markup inside markup, joins lists, and leaves nothing for null, undefined and false", () => {
    expect(
      markup`<ul>${["a", "<b>"].map((item) => markup`<li>${item}</li>`)}${null}${undefined}${false}</ul>`.toString(),
    ).toBe("<ul><li>a</li><li>&lt;b&gt;</li></ul>");
  });

  it("refuses a promise", () => {
    const later = Promise.resolve("late") as unknown as string;
    expect(() => markup`<p>${later}</p>`).toThrow(TypeError);
  });
});

describe("withInlineCode", () => {
  it("renders backticks as code and escapes both kinds of text", () => {
    expect(withInlineCode("Set `<x>` & go").toString()).toBe("Set <code>&lt;x&gt;</code> &amp; go");
  });
});
