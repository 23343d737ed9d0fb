/** The head of a table whose columns sort it. */

import { Icon } from "./Icon";

export interface Column<Key extends string> {
  key: Key;
  label: string;
  className?: string;
  help?: string;
}

export function SortHead<Key extends string>({
  columns,
  sort,
  down,
  onSort,
}: {
  columns: Column<Key>[];
  sort: Key;
  down: boolean;
  onSort: (key: Key) => void;
}) {
  return (
    <thead>
      <tr>
        {columns.map((column) => (
          <th
            key={column.key}
            scope="col"
            className={column.className}
            aria-sort={sort === column.key ? (down ? "descending" : "ascending") : undefined}
          >
            <button type="button" className="sort" title={column.help} onClick={() => onSort(column.key)}>
              {column.label}
              {sort === column.key && <Icon name={down ? "down" : "up"} />}
            </button>
          </th>
        ))}
      </tr>
    </thead>
  );
}
