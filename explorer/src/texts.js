// The explorer's own texts, in both languages: the one place to change them.

import { text } from "./language.js";

const TEXTS = {
  title: { en: "Jockey results", ja: "騎手成績" },
  page: { en: "Explorer · Jockey results", ja: "エクスプローラー · 騎手成績" },
  switch: { en: "日本語", ja: "English" },
  fields: { en: "Fields", ja: "フィールド" },
  fieldsHelp: {
    en: "Tick the fields you want. Comments in the query are kept.",
    ja: "必要なフィールドを選択します。クエリ内のコメントは残ります。",
  },
  operationName: { en: "Operation name", ja: "操作名" },
  newOperation: { en: "Type of the new operation", ja: "追加する操作の種類" },
  add: { en: "Add", ja: "追加" },
  remove: { en: "Remove", ja: "削除" },
  duplicate: { en: "Duplicate", ja: "複製" },
  examples: { en: "Examples", ja: "サンプル" },
  needsArchive: {
    en: "Across all jockeys (requires an archive: graphql-api index)",
    ja: "全騎手を対象とする例(アーカイブが必要:graphql-api index)",
  },
  ofOneJockey: { en: "Jockeys and tickets", ja: "騎手と馬券" },
  collections: { en: "Collections", ja: "コレクション" },
  collectionsHelp: {
    en: "Save the open tab. Collections are stored in this browser. Export them to keep or share them.",
    ja: "開いているタブを保存します。コレクションはこのブラウザーに保存されます。書き出すと、保管や共有ができます。",
  },
  collection: { en: "Collection", ja: "コレクション名" },
  name: { en: "Name", ja: "名前" },
  save: { en: "Save", ja: "保存" },
  saved: { en: "Saved: {name}", ja: "保存しました:{name}" },
  remove_: { en: "Remove {name}", ja: "「{name}」を削除" },
  removed: { en: "Removed: {name}", ja: "削除しました:{name}" },
  noCollections: { en: "There are no saved operations yet.", ja: "保存された操作はまだありません。" },
  exportAll: { en: "Export as JSON", ja: "JSONで書き出す" },
  importFile: { en: "Import JSON", ja: "JSONを読み込む" },
  imported: { en: "Imported operations: {count}", ja: "読み込んだ操作:{count}件" },
  notSaved: { en: "Not saved: {reason}", ja: "保存できませんでした:{reason}" },
  notImported: { en: "Not imported: {reason}", ja: "読み込めませんでした:{reason}" },
  share: { en: "Copy a link to this query", ja: "このクエリへのリンクをコピー" },
  shared: { en: "The link is copied. It opens this query without running it.", ja: "リンクをコピーしました。開いてもクエリは自動では実行されません。" },
  tooLong: {
    en: "The query is too long for a link ({length} of {most} characters). Save it in a collection and export that.",
    ja: "クエリが長すぎてリンクにできません({length}文字、上限{most}文字)。コレクションに保存して書き出してください。",
  },
  linkRefused: {
    en: "The link is not opened: it holds more than {most} characters.",
    ja: "リンクを開けません。{most}文字を超えています。",
  },
  linkOpened: {
    en: "This query came with a link. Read it before you run it.",
    ja: "リンクのクエリを開きました。内容を確認してから実行してください。",
  },
  copyAs: { en: "Copy as …", ja: "形式を選んでコピー" },
  copied: { en: "Copied as {name}.", ja: "{name}としてコピーしました。" },
  badVariables: { en: "The variables are not a JSON object.", ja: "変数がJSONオブジェクトではありません。" },
  query: { en: "Query", ja: "クエリ" },
  variables: { en: "Variables as JSON", ja: "変数(JSON)" },
  headers: { en: "Headers as JSON", ja: "ヘッダー(JSON)" },
  answer: { en: "Response", ja: "レスポンス" },
  table: { en: "Table", ja: "表" },
  json: { en: "JSON", ja: "JSON" },
  download: { en: "Download {name}", ja: "{name}をダウンロード" },
  list: { en: "List", ja: "リスト" },
  noTable: {
    en: "The response has no list of objects. Run a query that selects one, such as records { nodes { … } }.",
    ja: "レスポンスにオブジェクトのリストがありません。records { nodes { … } } などを選択して実行してください。",
  },
  rows: { en: "{count} rows", ja: "{count}行" },
  someRows: { en: "The first {shown} of {count} rows; the CSV has all.", ja: "{count}行のうち先頭の{shown}行。CSVにはすべての行が入ります。" },
  noAnswer: { en: "Run a query first.", ja: "先にクエリを実行してください。" },
  key: { en: "API key", ja: "APIキー" },
  useKey: { en: "Use", ja: "使う" },
  leave: { en: "Tab leaves the editor; Ctrl+] and Ctrl+[ indent.", ja: "Tabでエディターから移動します。字下げは Ctrl+] と Ctrl+[ です。" },
  notJson: { en: "HTTP {status}: the response is not JSON.", ja: "HTTP {status}:レスポンスがJSONではありません。" },
};

/** The text of a name, with values filled in. */
export const say = (name, values) => text(TEXTS[name], values);
