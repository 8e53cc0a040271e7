import { LIMITS, SLUG } from "@docuchat/client";
import { useSession } from "@docuchat/client/react";
import { useRef, useState, type ReactElement } from "react";
import { strings } from "../strings.ts";
import { Logo } from "../ui/icon.tsx";
import { Problem } from "../ui/problem.tsx";
import { CodeForm } from "./code-form.tsx";
import { Field } from "./field.tsx";

const words = strings.signIn;

export type Entry = { tenant: string; email: string };
type Props = { entry: Entry; onEnter: (entry: Entry) => void };

/** Who wants in: the workspace and the address, then the code from the mail. */
export const SignIn = (props: Props): ReactElement => {
  const { status } = useSession();
  return (
    <main className="sign-in" id="content">
      <section className="sign-in-card">
        <p className="sign-in-brand">
          <Logo size={28} /> {strings.name}
        </p>
        {status === "code-sent" ? <CodeForm /> : <AddressForm {...props} />}
      </section>
      <Specimen />
    </main>
  );
};

const textIn = (data: FormData, name: string): string => {
  const value = data.get(name);
  return typeof value === "string" ? value.trim() : "";
};

const AddressForm = ({ entry, onEnter }: Props): ReactElement => {
  const { error, pending } = useSession();
  const [wrongTenant, setWrongTenant] = useState(false);
  const form = useRef<HTMLFormElement>(null);
  const submit = (data: FormData) => {
    const [tenant = "", email = ""] = ["tenant", "email"].map((name) => textIn(data, name));
    const isSlug = SLUG.test(tenant.toLowerCase()) && tenant.length <= LIMITS.slugChars;
    setWrongTenant(!isSlug);
    if (isSlug) onEnter({ tenant: tenant.toLowerCase(), email });
    else form.current?.querySelector("input")?.focus();
  };
  const hasEnded = error?.reason === "TOKEN_EXPIRED" || error?.reason === "SESSION_REVOKED";
  return (
    <form
      ref={form}
      className="sign-in-form"
      onSubmit={(event) => {
        event.preventDefault();
        submit(new FormData(event.currentTarget));
      }}
    >
      <h1>{words.title}</h1>
      <p className="lead">{words.lead}</p>
      {hasEnded && (
        <p className="note" role="status">
          {words.expired}
        </p>
      )}
      {error && !hasEnded && <Problem error={error} />}
      <Field
        label={words.tenant}
        hint={wrongTenant ? words.tenantWrong : words.tenantHint}
        invalid={wrongTenant}
        name="tenant"
        defaultValue={entry.tenant}
        autoComplete="organization"
        autoCapitalize="none"
        spellCheck={false}
        required
      />
      {/* Not type=email, which refuses international addresses in most browsers; the server checks them. */}
      <Field
        label={words.email}
        name="email"
        inputMode="email"
        pattern=".+@.+"
        title={words.emailHint}
        defaultValue={entry.email}
        autoComplete="email"
        autoCapitalize="none"
        spellCheck={false}
        required
      />
      <button type="submit" className="button primary wide" disabled={pending}>
        {words.send}
      </button>
    </form>
  );
};

/** What one gets: an answer, and the line that it stands on. */
const Specimen = (): ReactElement => (
  <div className="specimen" aria-hidden="true">
    <div className="specimen-page">
      {[92, 84, 96, 70].map((width) => (
        <i key={width} style={{ inlineSize: `${width}%` }} />
      ))}
      <i className="gap" />
      <i style={{ inlineSize: "88%" }} />
      <b style={{ inlineSize: "94%" }} />
      <b style={{ inlineSize: "61%" }} />
      {[90, 82, 95, 87, 40].map((width) => (
        <i key={width} style={{ inlineSize: `${width}%` }} />
      ))}
    </div>
  </div>
);
