# tally.bash - completion of the tally command for bash.
_tally() {
	local word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD - 1]}
	local commands="serve demo ingest account contract billing plan credits flex invoice close simulate estimate usage trend explain events export people developers assignment import key person role notify audit backup verify catalog"
	local common="--data --server --key --json --catalog --alternatives --help --version"
	local options=$common

	case $before in
	--data) mapfile -t COMPREPLY < <(compgen -d -- "$word"); return ;;
	--catalog | --config | --output | --tls-cert | --tls-key | --pdf) mapfile -t COMPREPLY < <(compgen -f -- "$word"); return ;;
	--format) mapfile -t COMPREPLY < <(compgen -W "ndjson batch event" -- "$word"); return ;;
	--scope) mapfile -t COMPREPLY < <(compgen -W "ingest read write operator" -- "$word"); return ;;
	--alternatives) mapfile -t COMPREPLY < <(compgen -W "ce-365-days five-functions" -- "$word"); return ;;
	--unit) mapfile -t COMPREPLY < <(compgen -W "developer mau" -- "$word"); return ;;
	--step) mapfile -t COMPREPLY < <(compgen -W "day month" -- "$word"); return ;;
	--set) mapfile -t COMPREPLY < <(compgen -W "ingest.max_ahead= ingest.horizon_days=
		ingest.unknown_types= invoice.grace_days= invoice.issue= invoice.seller= catalog.alternatives= http.listen= http.threads= http.tls_certificate= http.tls_key= http.trusted_proxy= smtp.server= smtp.from= smtp.tls= smtp.user=
		smtp.password_file= smtp.ca_file= webhook.addresses= webhook.ca_file=" -- "$word"); return ;;
	--server | --key | --at | --from | --to | --kind | --known-at | --listen | --days | --seed | --limit | --ttl) return ;;
	esac
	if [ "$COMP_CWORD" -eq 1 ]; then
		mapfile -t COMPREPLY < <(compgen -W "$commands --help --version" -- "$word")
		return
	fi

	case ${COMP_WORDS[1]} in
	serve) options="--data --catalog --listen --set --config --tls-cert --tls-key --help" ;;
	demo) options="--days --seed --at --listen --data --catalog --no-serve --help" ;;
	account) [ "$COMP_CWORD" -eq 2 ] && options="put get list" ;;
	contract)
		options="$common --versions --module --developers --at --known-at --why"
		[ "$COMP_CWORD" -eq 2 ] && options="put upgrade list show price"
		;;
	ingest) options="$common --account --format" ;;
	key)
		options="$common --name --scope --account --expires"
		[ "$COMP_CWORD" -eq 2 ] && options="create list revoke"
		;;
	person)
		options="$common --name --operator --ttl --limit --cursor"
		[ "$COMP_CWORD" -eq 2 ] && options="add list password link disable enable remove"
		;;
	role) [ "$COMP_CWORD" -eq 2 ] && options="grant revoke list" ;;
	notify)
		options="$common --limit --cursor"
		[ "$COMP_CWORD" -eq 2 ] && options="list rules test"
		;;
	audit)
		options="$common --head --type --search --from --to --limit --cursor"
		[ "$COMP_CWORD" -eq 2 ] && options="list verify"
		;;
	people)
		options="$common --module --name --group --service-account --at --known-at --limit --cursor --csv"
		[ "$COMP_CWORD" -eq 2 ] && options="list grant revoke"
		;;
	developers)
		options="$common --limit --cursor --csv"
		[ "$COMP_CWORD" -eq 2 ] && options="list"
		;;
	assignment)
		options="$common --csv --dry-run"
		[ "$COMP_CWORD" -eq 2 ] && options="list put"
		;;
	import)
		options="$common --account --map --dry-run --since --module --org --project --commits-as-builds --tags-as-deployments"
		[ "$COMP_CWORD" -eq 2 ] && options="people developers git"
		;;
	catalog) [ "$COMP_CWORD" -eq 2 ] && options="check" ;;
	billing) [ "$COMP_CWORD" -eq 2 ] && options="put get" ;;
	plan | credits) options="$common --at --known-at --csv" ;;
	usage) options="$common --children --csv --at --known-at --unit --kind --org --project --id --class --environment --search --sort --limit --cursor" ;;
	flex)
		options="$common --month --at --known-at --id --by --from --to --step --tier --csv"
		[ "$COMP_CWORD" -eq 2 ] && options="trend forecast transition $options"
		;;
	invoice)
		options="$common --id --pdf --csv --set --config --limit --cursor"
		[ "$COMP_CWORD" -eq 2 ] && options="list $options"
		;;
	close) options="$common --set --config" ;;
	simulate) options="$common --from --to --contract --figures" ;;
	estimate)
		options="--json --server --key --catalog --unit-price"
		[ "$COMP_CWORD" -eq 2 ] && options="free essentials enterprise"
		;;
	trend) options="$common --csv --from --to --step --known-at --unit" ;;
	explain) options="$common --at --known-at --unit --kind --org --project --id" ;;
	events) options="$common --csv --from --to --type --subject --limit --cursor" ;;
	export)
		options="$common --from --to --type --subject --at --known-at --kind --org --project --id
			--class --environment --search --sort --limit --cursor --output --csv"
		[ "$COMP_CWORD" -eq 2 ] && options="events usage costs audit"
		;;
	esac
	if [[ $word == -* ]] || [ "$COMP_CWORD" -eq 2 ]; then
		mapfile -t COMPREPLY < <(compgen -W "$options" -- "$word")
	fi
	[ ${#COMPREPLY[@]} -gt 0 ] || mapfile -t COMPREPLY < <(compgen -f -- "$word")
}
complete -o filenames -F _tally tally
