import { LIMITS } from "@docuchat/client";
import { useSession } from "@docuchat/client/react";
import { useEffect, useRef, useState, type ReactElement } from "react";
import { strings } from "../strings.ts";
import { Problem } from "../ui/problem.tsx";
import { Field } from "./field.tsx";

const words = strings.signIn;

/** Digits of other scripts too; the last one sends it. */
const digitsOf = (text: string): string =>
  text.replaceAll(/[۰-۹٠-٩]/g, (digit) => String((digit.codePointAt(0) ?? 0) % 16)).replaceAll(/\D/g, "");

export const CodeForm = (): ReactElement => {
  const { verifyCode, back, email = "", error, pending } = useSession();
  const [code, setCode] = useState("");
  const form = useRef<HTMLFormElement>(null);
  useEffect(() => {
    form.current?.querySelector("input")?.focus();
  }, [error]);
  const change = (text: string) => {
    const digits = digitsOf(text).slice(0, LIMITS.codeDigits);
    setCode(digits);
    if (digits.length === LIMITS.codeDigits && digits !== code) void verifyCode(digits);
  };
  return (
    <form
      ref={form}
      className="sign-in-form"
      onSubmit={(event) => {
        event.preventDefault();
        void verifyCode(code);
      }}
    >
      <h1>{words.codeTitle}</h1>
      <p className="lead">{words.codeLead(email)}</p>
      {error && <Problem error={error} />}
      <Field
        label={words.code}
        hint={words.codeHint}
        name="code"
        value={code}
        onChange={(event) => change(event.target.value)}
        inputMode="numeric"
        autoComplete="one-time-code"
        data-code
        required
      />
      <button type="submit" className="button primary wide" disabled={pending || code.length < LIMITS.codeDigits}>
        {words.verify}
      </button>
      <button type="button" className="link-button" onClick={back}>
        {words.back}
      </button>
    </form>
  );
};
