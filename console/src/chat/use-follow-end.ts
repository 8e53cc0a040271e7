import { useEffect, useRef, type RefObject } from "react";

const NEAR = "120px";

/** Keeps the end in sight while it grows, unless one has scrolled up to read. */
export const useFollowEnd = (content: unknown): RefObject<HTMLDivElement | null> => {
  const end = useRef<HTMLDivElement>(null);
  const isNear = useRef(true);
  useEffect(() => {
    const mark = end.current;
    if (!mark) return;
    const observer = new IntersectionObserver(([entry]) => (isNear.current = entry?.isIntersecting ?? false), {
      root: mark.closest(".page"),
      rootMargin: `0px 0px ${NEAR} 0px`,
    });
    observer.observe(mark);
    return () => observer.disconnect();
  }, []);
  useEffect(() => {
    if (isNear.current) end.current?.scrollIntoView({ block: "end" });
  }, [content]);
  return end;
};
