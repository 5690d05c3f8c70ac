{% macro forget_files_to_read() %}
    {% if is_incremental() %}
        delete from {{ this }}
        where file_id not in (select file_id from {{ ref('landing_inventory') }})
            or file_id in (select file_id from {{ this }} where file_row = 0)
    {% endif %}
{% endmacro %}
