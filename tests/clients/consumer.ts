// Compiled with --strict: items of `nodes` are never null, enums and scalars have their types.
import type { RideQuery } from "./out/types";

export function lines(data: RideQuery): string[] {
  return (data.jockey?.records.nodes ?? []).map((ride) => {
    const day: string = ride.date;
    const last: number | undefined = ride.cornerPositions?.at(-1);
    return `${ride.id} ${day} ${ride.grade ?? ""} ${last ?? ""}`;
  });
}
