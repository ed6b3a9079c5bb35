/*
 * <script src="{{ origin }}/embed.js" async></script>
 * <citable-claim id="cn-ai-firms-6200@1" lang="de" theme="dark">What it says, for whoever cannot see the card.</citable-claim>
 *
 * Shows the card of a claim. With "@" and a number it is pinned to that version, and says so when it was corrected
 * since; without, it is the claim as it is now. `lang` and `theme` may be left out. The text inside stays until the
 * card is there, and for good if it never comes. Works as a classic script and as a module, before or after the
 * elements, any number of times on a page.
 */
(() => {
  "use strict";
  const TAG = "citable-claim";
  if (!window.customElements || customElements.get(TAG)) return;

  // a module has no element to look at, nor has a bundle: they use the origin that this file was published for
  const script = document.currentScript ? document.currentScript.src : "";
  const HERE = /^[^?#]*\/embed\.js([?#]|$)/.test(script) ? new URL(".", script).href : {{ (origin ~ "/")|tojson }};
  const NAME = /^[a-z0-9]+(-[a-z0-9]+)*(@[1-9][0-9]{0,8})?$/;
  const LANGUAGES = {{ languages|tojson }};
  const THEMES = {{ themes|tojson }};
  const HIDDEN = "display:block;width:100%;max-width:{{ widest }}px;height:0;margin:0;border:0;visibility:hidden";

  class CitableClaim extends HTMLElement {
    static observedAttributes = ["id", "lang", "theme"];

    constructor() {
      super();
      this.fallback = document.createElement("slot");
      this.frame = null;
      this.heard = (event) => this.hear(event);
      this.attachShadow({ mode: "open" }).append(this.fallback);
    }

    connectedCallback() {
      addEventListener("message", this.heard);
      this.show();
    }

    disconnectedCallback() {
      removeEventListener("message", this.heard);
      this.clear();
    }

    attributeChangedCallback() {
      if (this.isConnected) this.show();
    }

    /** Frames the card these attributes ask for, out of sight until it says how high it is. */
    show() {
      const address = this.address();
      if (!address) return this.clear();
      if (this.frame && this.frame.src === address) return;
      if (!this.frame) {
        this.frame = document.createElement("iframe");
        this.frame.sandbox = "allow-scripts allow-popups allow-popups-to-escape-sandbox";
        this.frame.loading = "lazy";
        this.frame.referrerPolicy = "no-referrer";
        this.frame.style.cssText = HIDDEN;
        this.frame.title = this.called();
        this.frame.src = address;
        this.shadowRoot.append(this.frame);
      } else {
        this.frame.src = address;
      }
    }

    /** Takes the card away: the text is seen again. */
    clear() {
      if (this.frame) this.frame.remove();
      this.frame = null;
      this.fallback.style.display = "";
    }

    /** Hears a height, from this card and no other frame, and shows it at that. */
    hear(event) {
      if (!this.frame || event.source !== this.frame.contentWindow) return;
      const said = event.data;
      if (!said || said.type !== "claim-embed:height") return;
      if (!Number.isInteger(said.height) || said.height < 40 || said.height > 10000) return;
      this.frame.title = this.called();
      this.frame.style.height = `${said.height}px`;
      this.frame.style.visibility = "visible";
      this.fallback.style.display = "none";
    }

    /** What the frame is called, for who does not see it. */
    called() {
      return this.title || this.textContent.trim().replace(/\s+/g, " ").slice(0, 200) || "Citable";
    }

    /** Where the card is; empty if the id is none. */
    address() {
      if (!NAME.test(this.id)) return "";
      const asked = new URLSearchParams();
      const language = this.lang.toLowerCase().split("-")[0];
      const theme = this.getAttribute("theme");
      if (LANGUAGES.includes(language)) asked.set("lang", language);
      if (THEMES.includes(theme)) asked.set("theme", theme);
      return new URL(`embed/claims/${this.id}?${asked}`.replace(/\?$/, ""), HERE).href;
    }
  }

  customElements.define(TAG, CitableClaim);
})();
