// What is shown: the overview with its sections, and a page for each lock and election.
const lockLink = name => `#/lock/${encodeURIComponent(name)}`;
const electionLink = name => `#/election/${encodeURIComponent(name)}`;

function problemsView(state) {
  // Whatever the filter says: what is wrong is to be seen.
  return state.problems.length === 0 ? null : withClass('problems', section('problems', 'Look at this', state.problems.length,
    table(['', 'What', 'Why'], state.problems.map(p => ({ attributes: { 'data-kind': 'problem', 'data-name': p.subject }, cells: [tag(p.severity), mono(p.subject), el('span', { class: 'who' }, p.text)] })))));
}

function withClass(name, element) { element.classList.add(name); return element; }

function claims(list) {
  return list.map(claim => el('div', { class: 'who', 'data-owner': claim.owner, 'data-token': claim.token, 'data-lease': claim.lease }, claim.owner || soft('no name'), claim.mode ? [' ', tag(claim.mode)] : null, claim.lease ? null : [' ', tag('no lease', 'warning')]));
}

function locksView(state) {
  const shown = state.locks.filter(lock => matches(lock.name, lock.kind, lock.holders.map(Object.values), lock.waiters.map(Object.values)));
  return section('locks', 'Locks', counted(shown.length, state.locks.length), shown.length === 0 ? el('p', { class: 'empty' }, state.locks.length ? 'None matches the filter.' : 'Nobody holds or waits for one.')
    : table(['Lock', 'Holder', 'Token', 'Held for', 'Waiting'], shown.map(lock => ({
      attributes: { 'data-kind': 'lock', 'data-key': lock.name, 'data-name': lock.name },
      cells: [
        el('span', {}, el('a', { href: lockLink(lock.name), 'data-focus': `lock ${lock.name}` }, mono(lock.name)), lock.kind === 'lock' ? null : [' ', tag(lock.kind)]),
        lock.holders.length ? el('div', { class: 'holders' }, claims(lock.holders)) : tag('free'),
        el('div', {}, lock.holders.map(holder => el('div', { class: 'num mono' }, String(holder.token)))),
        el('div', {}, lock.holders.map(holder => el('div', {}, ago(holder.since)))),
        lock.waiters.length ? el('div', { class: 'waiters who' }, el('span', { class: 'num' }, `${lock.waiters.length}: `), lock.waiters.slice(0, 3).map(w => w.owner).join(', '), lock.waiters.length > 3 ? '…' : '') : '',
      ],
    }))));
}

const leadsFor = election => election.leadsSince ? ago(election.leadsSince) : el('span', { class: 'soft', title: 'Since before the dashboard was started; etcd does not store it.' }, 'not seen');

function electionsView(state) {
  const shown = state.elections.filter(e => matches(e.name, e.candidates.map(Object.values)));
  return section('elections', 'Elections', counted(shown.length, state.elections.length), shown.length === 0 ? el('p', { class: 'empty' }, state.elections.length ? 'None matches the filter.' : 'Nobody campaigns.')
    : table(['Election', 'Leader', 'Term', 'Leads for', 'Candidates behind'], shown.map(election => {
      const [leader, ...others] = election.candidates;
      return {
        attributes: { 'data-kind': 'election', 'data-key': election.name, 'data-name': election.name, 'data-term': leader.term, 'data-owner': leader.value },
        cells: [
          el('a', { href: electionLink(election.name), 'data-focus': `election ${election.name}` }, mono(election.name)),
          el('span', { class: 'who' }, leader.value, leader.name && leader.name !== leader.value ? soft(` (${leader.name})`) : null),
          el('span', { class: 'num mono' }, String(leader.term)),
          leadsFor(election),
          others.length ? `${others.length}: ${others.slice(0, 3).map(c => c.value).join(', ')}${others.length > 3 ? '…' : ''}` : '',
        ],
      };
    })));
}

function servicesView(state) {
  const shown = state.services.map(service => ({
    ...service,
    instances: service.instances.filter(i => matches(service.name, Object.values(i))),
    setAside: service.setAside.filter(s => matches(service.name, Object.values(s))),
    gone: service.gone.filter(i => matches(service.name, Object.values(i))),
  })).filter(service => service.instances.length + service.setAside.length + service.gone.length > 0);
  return section('services', 'Services', counted(shown.length, state.services.length), shown.length === 0 ? el('p', { class: 'empty' }, state.services.length ? 'None matches the filter.' : 'Nobody is registered.')
    : shown.map(service => [
      el('h3', { 'data-kind': 'service', 'data-name': service.name }, service.name, ' ', el('small', {}, `${service.instances.length} ${service.instances.length === 1 ? 'instance' : 'instances'}`)),
      table(['Instance', 'Address', 'State', 'Weight', 'Zone', 'Version'], [
        ...service.instances.map(i => ({
          attributes: { 'data-kind': 'instance', 'data-service': service.name, 'data-name': i.id, 'data-state': i.state },
          cells: [el('span', { class: 'who' }, i.id), mono(i.address), tag(i.state), el('span', { class: 'num' }, String(i.weight)), i.zone || '', i.version || ''],
        })),
        ...service.setAside.map(s => ({ attributes: { 'data-kind': 'set-aside', 'data-name': s.key }, cells: [el('div', {}, mono(s.key), el('div', { class: 'soft' }, s.reason)), '', el('span', { title: 'It lies where instances of this service are registered, but cannot be understood: nobody is sent there.' }, tag('set aside', 'warning')), '', '', ''] })),
        ...service.gone.map(i => ({
          attributes: { 'data-kind': 'gone', 'data-service': service.name, 'data-name': i.id },
          cells: [el('span', { class: 'who soft' }, i.id), soft(i.address), el('span', { title: `It was ${i.state}. Its key is there no longer: it was taken out, or its lease ended.` }, tag('gone'), ' ', ago(i.at), ' ago'), '', '', ''],
        })),
      ]),
    ]));
}

function sessionsView(state) {
  const shown = state.sessions.filter(s => matches(s.lease, s.owner, s.carries));
  return section('sessions', 'Sessions', counted(shown.length, state.sessions.length), shown.length === 0 ? el('p', { class: 'empty' }, state.sessions.length ? 'None matches the filter.' : 'No lease carries anything.')
    : table(['Lease', 'Owner', 'Left of TTL', 'Carries'], shown.map(s => ({
      attributes: { 'data-kind': 'session', 'data-name': s.lease },
      cells: [
        mono(s.lease), s.owner || soft('no name'),
        s.ttlSeconds ? el('span', { class: 'num' }, el('meter', { min: 0, max: s.ttlSeconds, low: s.ttlSeconds * 0.4, value: Math.max(0, s.remainingSeconds), 'aria-label': 'left of the TTL' }), ` ${Math.max(0, Math.round(s.remainingSeconds))} of ${s.ttlSeconds} s`) : soft('asking…'),
        el('span', { class: 'who' }, s.carries.length > 4 ? `${s.carries.slice(0, 4).join(', ')} and ${s.carries.length - 4} more` : s.carries.join(', ')),
      ],
    }))));
}

function overviewView(state) {
  if (!state.etcd.isConnected && !state.etcd.revision) return [problemsView(state), el('p', { class: 'empty' }, 'etcd has not answered yet: nothing is known.')];
  return [problemsView(state), locksView(state), electionsView(state), servicesView(state), sessionsView(state)];
}

function historyView(name, history) {
  const entries = history.get(name) || [];
  return section('history', 'History', 'since the dashboard was started', entries.length === 0 ? el('p', { class: 'empty' }, 'Nothing has happened since.')
    : table(['When', 'What', 'Who', 'Token', 'Revision'], entries.slice().reverse().map(entry => ({
      attributes: { 'data-kind': 'history', 'data-what': entry.what, 'data-owner': entry.owner, 'data-revision': entry.revision },
      cells: [el('span', { class: 'num', title: entry.at }, new Date(entry.at).toLocaleTimeString()), entry.what, entry.owner, entry.token ? mono(entry.token) : '', mono(entry.revision)],
    }))));
}

function claimRows(list, kind) {
  return list.map((claim, i) => ({
    attributes: { 'data-kind': kind, 'data-owner': claim.owner, 'data-token': claim.token },
    cells: [el('span', {}, kind === 'waiter' ? soft(`${i + 1}. `) : null, claim.owner || soft('no name'), claim.mode ? [' ', tag(claim.mode)] : null), mono(claim.token), ago(claim.since), claim.lease ? mono(claim.lease) : soft('none')],
  }));
}

function lockPage(state, name, history) {
  const lock = state.locks.find(one => one.name === name) || { name, kind: 'lock', holders: [], waiters: [] };
  return [
    el('h1', {}, mono(name)), el('p', {}, lock.kind),
    section('holders', lock.holders.length > 1 ? 'Holders' : 'Holder', lock.holders.length || '', lock.holders.length ? table(['Who', 'Token', 'For', 'Lease'], claimRows(lock.holders, 'holder')) : el('p', { class: 'empty' }, 'Nobody: it is free, or no lock has this name.')),
    section('waiters', 'Waiting', lock.waiters.length || '', lock.waiters.length ? table(['Who', 'Came at revision', 'For', 'Lease'], claimRows(lock.waiters, 'waiter')) : el('p', { class: 'empty' }, 'Nobody waits.')),
    historyView(name, history),
  ];
}

function electionPage(state, name, history) {
  const election = state.elections.find(one => one.name === name) || { candidates: [] };
  return [
    el('h1', {}, mono(name)), el('p', {}, 'election', election.leadsSince ? [', led by the same candidate for ', ago(election.leadsSince)] : '', election.transferTo ? `, to be handed over to ${election.transferTo}` : ''),
    section('candidates', 'Candidates', election.candidates.length, election.candidates.length === 0 ? el('p', { class: 'empty' }, 'Nobody campaigns, or no election has this name.') : table(['Who', 'Name', 'Priority', 'Term', 'Lease'], election.candidates.map((c, i) => ({
      attributes: { 'data-kind': 'candidate', 'data-owner': c.value },
      cells: [el('span', {}, c.value, i === 0 ? [' ', tag('leads')] : null), c.name || '', c.priority === undefined ? '' : String(c.priority), mono(c.term), mono(c.lease)],
    })))),
    historyView(name, history),
  ];
}
