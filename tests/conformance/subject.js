// A subject of conform/1 in another language: the rebinding chapter, on plain Node.js without packages.
//
// It keeps every condition as it is, adds the equation of each binding, and refuses a node if bounds propagation
// finds that nothing satisfies all of them. Integers are BigInt: the protocol writes them as decimal strings.
"use strict";
const readline = require("node:readline");

const FEATURES = ["rebinding", "divide_by"];

class Rejected extends Error {
  constructor(kind, message) {
    super(message);
    this.kind = kind;
  }
}

class Declined extends Error {}

// -- terms: a linear form {constant, parts: Map(name -> BigInt)}; what is not linear is a name of its own --

const isNumber = (term) => typeof term === "string" && /^-?[0-9]+$/.test(term);
const isName = (term) => typeof term === "string" && !isNumber(term);

function combine(left, right, factor) {
  const parts = new Map(left.parts);
  for (const [name, coefficient] of right.parts) {
    parts.set(name, (parts.get(name) ?? 0n) + factor * coefficient);
    if (parts.get(name) === 0n) parts.delete(name);
  }
  return { constant: left.constant + factor * right.constant, parts };
}

const ZERO = { constant: 0n, parts: new Map() };
const scaled = (form, factor) => combine(ZERO, form, factor);

const opaque = (term) => ({ constant: 0n, parts: new Map([[JSON.stringify(term), 1n]]) });

function linear(term) {
  if (isNumber(term)) return { constant: BigInt(term), parts: new Map() };
  if (isName(term)) return { constant: 0n, parts: new Map([[term, 1n]]) };
  const [operator, ...args] = term;
  const forms = ["add", "sub", "neg", "mul"].includes(operator) ? args.map(linear) : [];
  switch (operator) {
    case "add":
      return forms.reduce((sum, form) => combine(sum, form, 1n), ZERO);
    case "sub":
      return combine(forms[0], forms[1], -1n);
    case "neg":
      return scaled(forms[0], -1n);
    case "mul": {
      const constant = forms.filter((form) => form.parts.size === 0).reduce((all, form) => all * form.constant, 1n);
      const others = forms.filter((form) => form.parts.size > 0);
      if (others.length > 1) return opaque(term);
      return others.length === 1 ? scaled(others[0], constant) : { constant, parts: new Map() };
    }
    default:
      return opaque(term);
  }
}

// -- bounds: name -> [low, high], null where there is none --

const floorDiv = (a, b) => (a % b !== 0n && a < 0n !== b < 0n ? a / b - 1n : a / b);
const ceilDiv = (a, b) => -floorDiv(-a, b);

function narrow(bounds, name, low, high) {
  const [from, to] = bounds.get(name) ?? [null, null];
  const next = [
    low !== null && (from === null || low > from) ? low : from,
    high !== null && (to === null || high < to) ? high : to,
  ];
  bounds.set(name, next);
  if (next[0] !== null && next[1] !== null && next[0] > next[1]) {
    throw new Rejected("inconsistent", `${name} would lie between ${next[0]} and ${next[1]}`);
  }
  return next[0] !== from || next[1] !== to;
}

// The greatest value of a form, null if unbounded; `without` leaves one name out.
function greatest(form, bounds, without) {
  let total = form.constant;
  for (const [name, coefficient] of form.parts) {
    if (name === without) continue;
    const end = (bounds.get(name) ?? [null, null])[coefficient > 0n ? 1 : 0];
    if (end === null) return null;
    total += coefficient * end;
  }
  return total;
}

// form >= 0 narrows each of its names.
function atLeastZero(form, bounds) {
  if (form.parts.size === 0) {
    if (form.constant < 0n) throw new Rejected("inconsistent", `${form.constant} is negative`);
    return false;
  }
  let changed = false;
  for (const [name, coefficient] of form.parts) {
    const rest = greatest(form, bounds, name);
    if (rest === null) continue;
    const low = coefficient > 0n ? ceilDiv(-rest, coefficient) : null;
    const high = coefficient < 0n ? floorDiv(rest, -coefficient) : null;
    changed = narrow(bounds, name, low, high) || changed;
  }
  return changed;
}

function propagate(condition, bounds) {
  if (condition === false) throw new Rejected("inconsistent", "a condition is false");
  if (!Array.isArray(condition)) return false;
  const [operator, left, right] = condition;
  if (operator === "and") return condition.slice(1).map((part) => propagate(part, bounds)).includes(true);
  if (!["ge", "le", "gt", "lt", "eq", "ne"].includes(operator)) return false;
  const difference = combine(linear(left), linear(right), -1n);
  const negated = scaled(difference, -1n);
  const minusOne = { constant: -1n, parts: new Map() };
  switch (operator) {
    case "ge":
      return atLeastZero(difference, bounds);
    case "le":
      return atLeastZero(negated, bounds);
    case "gt":
      return atLeastZero(combine(difference, minusOne, 1n), bounds);
    case "lt":
      return atLeastZero(combine(negated, minusOne, 1n), bounds);
    case "eq":
      return [atLeastZero(difference, bounds), atLeastZero(negated, bounds)].includes(true);
    case "ne":
      if (difference.parts.size === 0 && difference.constant === 0n) {
        throw new Rejected("inconsistent", "what must differ is equal");
      }
      return false;
    default:
      return false;
  }
}

function conditionsOf(state) {
  const found = [...(state.guards ?? []), ...(state.known ?? [])];
  for (const filed of state.asserts ?? []) found.push(...filed.conditions);
  for (const table of [state.replacements ?? {}, state.renamings ?? {}]) {
    for (const [name, term] of Object.entries(table)) found.push(["eq", name, term]);
  }
  return found;
}

// The value of a term whose names all have one value; null otherwise, or for an operator that is not needed here.
function value(term, bounds) {
  if (typeof term === "boolean") return term;
  if (isNumber(term)) return BigInt(term);
  if (isName(term)) {
    const [low, high] = bounds.get(term) ?? [null, null];
    return low !== null && low === high ? low : null;
  }
  const [operator, ...args] = term;
  const values = args.map((arg) => value(arg, bounds));
  if (values.includes(null)) return null;
  const [a, b] = values;
  switch (operator) {
    case "add":
      return values.reduce((sum, each) => sum + each, 0n);
    case "mul":
      return values.reduce((product, each) => product * each, 1n);
    case "mod":
      return b === 0n ? null : a - b * floorDiv(a, b);
    case "floordiv":
      return b === 0n ? null : floorDiv(a, b);
    case "eq":
      return a === b;
    case "ne":
      return a !== b;
    default:
      return null;
  }
}

// A remainder lies between 0 and its divisor.
function boundRemainders(term, bounds) {
  if (!Array.isArray(term)) return;
  if (term[0] === "mod" && isNumber(term[2]) && BigInt(term[2]) > 0n) {
    narrow(bounds, JSON.stringify(term), 0n, BigInt(term[2]) - 1n);
  }
  for (const part of term.slice(1)) boundRemainders(part, bounds);
}

function checkConsistent(state) {
  const bounds = new Map();
  for (const [name, range] of Object.entries(state.ranges ?? {})) {
    narrow(bounds, name, ...[range.low, range.high].map((end) => (end === null ? null : BigInt(end))));
  }
  const conditions = conditionsOf(state);
  for (const condition of conditions) boundRemainders(condition, bounds);
  // Each round only narrows; bounds that creep without end are cut off, which leaves the step undecided but sound.
  for (let round = 0; round < 100; round++) {
    if (!conditions.map((condition) => propagate(condition, bounds)).includes(true)) break;
  }
  for (const condition of conditions) {
    if (value(condition, bounds) === false) throw new Rejected("inconsistent", `${JSON.stringify(condition)} is false`);
  }
}

// -- values and paths --

function read(value, path) {
  const divisors = [];
  for (const [kind, argument] of path) {
    if (kind === "divide") {
      divisors.push(argument);
    } else if (kind === "method" && value?.tensor) {
      const tensor = value.tensor;
      const asInt = (term) => ({ int: term });
      const offset = asInt(tensor.offset ?? "0");
      value = argument === "storage_offset" ? offset : { tuple: tensor[argument].map(asInt) };
    } else if (kind === "sequence" && (value?.list ?? value?.tuple)) {
      const items = value.list ?? value.tuple;
      const index = Number(argument) < 0 ? items.length + Number(argument) : Number(argument);
      if (!(index in items)) throw new Rejected("path", `there is no element ${argument}`);
      value = items[index];
    } else if (kind === "convert" || kind === "inner") {
      throw new Declined(kind === "convert" ? "convert_bool" : "inner_tensor");
    } else {
      throw new Rejected("path", `a value has no ${kind} ${argument}`);
    }
  }
  if (value !== null && ("bool" in value || "float" in value)) throw new Rejected("inconsistent", "it is no integer");
  if (value === null || !("int" in value)) throw new Rejected("path", "the path leads to no integer");
  return [value.int, divisors];
}

// -- the step --

// The side conditions of a quotient: what they exclude is a path that does not exist.
function divide(state, term, divisors) {
  if (!divisors.length) return;
  for (const divisor of divisors) state.known.push(["gt", divisor, "0"]);
  if (divisors.every(isNumber)) {
    const product = divisors.reduce((all, each) => all * BigInt(each), 1n);
    if (isNumber(term) && (product <= 0n || BigInt(term) % product !== 0n)) {
      throw new Rejected("path", `${term} is no multiple of ${product}`);
    }
    if (!isNumber(term)) state.known.push(["eq", ["mod", term, String(product)], "0"]);
  }
  try {
    checkConsistent(state);
  } catch (error) {
    throw error instanceof Rejected ? new Rejected("path", error.message) : error;
  }
}

// Asserts that stand under the fresh name stand under the old one.
function refile(state, fresh, old) {
  const rename = (term) => (Array.isArray(term) ? term.map(rename) : term === fresh ? old : term);
  const moved = (state.asserts ?? []).filter((filed) => filed.under === fresh);
  if (!moved.length) return;
  const kept = state.asserts.filter((filed) => filed.under !== fresh && filed.under !== old);
  const there = state.asserts.filter((filed) => filed.under === old);
  const conditions = [...there, ...moved].flatMap((filed) => filed.conditions.map(rename));
  state.asserts = [...kept, { under: old, conditions }];
}

function rebind(state, symbol, term, divisors, fresh) {
  divide(state, term, divisors);
  state.known.push(["eq", divisors.length ? ["mul", symbol, ...divisors] : symbol, term]);
  state.pending = state.pending.filter((name) => name !== term);
  if (divisors.length || !isName(term) || term === symbol) return;
  if (fresh.has(term) && !(term in state.renamings)) {
    state.renamings[term] = symbol;
    if (!(term in state.replacements)) {
      state.replacements[term] = symbol;
      refile(state, term, symbol);
    }
  }
  // Equal symbols are size-like together.
  if (state.size_like.includes(term) && !state.size_like.includes(symbol)) state.size_like.push(symbol);
  if (state.size_like.includes(symbol) && !state.size_like.includes(term)) state.size_like.push(term);
}

function run(input) {
  const state = structuredClone(input.environment);
  for (const name of ["replacements", "renamings"]) state[name] ??= {};
  for (const name of ["known", "size_like", "pending", "ignorable"]) state[name] ??= [];
  const fresh = new Set([...state.pending, ...state.ignorable, ...Object.keys(state.renamings)]);
  if (input.op !== "placeholder") {
    const before = input.environment.renamings ?? {};
    const taken = new Set((input.bindings ?? []).map(([symbol]) => symbol));
    for (const [symbol, path] of input.bindings ?? []) {
      let end = symbol;
      while (end in before) end = before[end];
      const [term, divisors] = read(input.value, path);
      rebind(state, end !== symbol && taken.has(end) ? symbol : end, term, divisors, fresh);
    }
    checkConsistent(state);
  }
  return { outcome: "returned", result: { environment: state } };
}

function answer(request) {
  const bound = (request.input.bindings ?? []).map(([symbol]) => request.input.symbols[symbol]);
  try {
    if (bound.includes("float")) throw new Declined("floats");
    return run(request.input);
  } catch (error) {
    if (error instanceof Declined) return { outcome: "declined", feature: error.message };
    if (!(error instanceof Rejected)) return { outcome: "broke", message: String(error) };
    const environment = request.input.environment;
    return { outcome: "raised", kind: error.kind, message: error.message, environment };
  }
}

const say = (message) => process.stdout.write(JSON.stringify(message) + "\n");

readline.createInterface({ input: process.stdin }).on("line", (line) => {
  const request = JSON.parse(line);
  if (request.do === "start") {
    say({ did: "started", protocol: "conform/1", name: "subject.js", version: "1", features: FEATURES });
  } else if (request.do === "run") {
    say({ did: "ran", case: request.case, ...answer(request) });
  } else {
    process.exit(0);
  }
});
