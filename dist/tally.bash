# tally.bash - completion of the tally command for bash.
_tally() {
	local word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD - 1]}
	local commands="serve demo ingest account contract usage trend explain events export key backup verify catalog"
	local common="--data --server --key --json --catalog --help --version"
	local options=$common

	case $before in
	--data) mapfile -t COMPREPLY < <(compgen -d -- "$word"); return ;;
	--catalog | --config) mapfile -t COMPREPLY < <(compgen -f -- "$word"); return ;;
	--step) mapfile -t COMPREPLY < <(compgen -W "day month" -- "$word"); return ;;
	--set) mapfile -t COMPREPLY < <(compgen -W "ingest.max_ahead= ingest.horizon_days=
		ingest.unknown_types= http.listen= http.threads= http.tls_certificate= http.tls_key=" -- "$word"); return ;;
	--server | --key | --at | --from | --to | --kind | --known-at | --listen | --days | --limit) return ;;
	esac
	if [ "$COMP_CWORD" -eq 1 ]; then
		mapfile -t COMPREPLY < <(compgen -W "$commands --help --version" -- "$word")
		return
	fi

	case ${COMP_WORDS[1]} in
	serve) options="--data --catalog --listen --set --config --help" ;;
	demo) options="--days --listen --catalog --help" ;;
	account) [ "$COMP_CWORD" -eq 2 ] && options="put get list" ;;
	contract) [ "$COMP_CWORD" -eq 2 ] && options="put list" ;;
	key) [ "$COMP_CWORD" -eq 2 ] && options="create list revoke" ;;
	usage) options="$common --at --kind --known-at" ;;
	trend) options="$common --from --to --step --known-at" ;;
	explain) options="$common --at --known-at" ;;
	events | export) options="$common --from --to" ;;
	esac
	if [[ $word == -* ]] || [ "$COMP_CWORD" -eq 2 ]; then
		mapfile -t COMPREPLY < <(compgen -W "$options" -- "$word")
	fi
	[ ${#COMPREPLY[@]} -gt 0 ] || mapfile -t COMPREPLY < <(compgen -f -- "$word")
}
complete -o filenames -F _tally tally
